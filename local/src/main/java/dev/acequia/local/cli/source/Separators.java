package dev.acequia.local.cli.source;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a wrong delimiter by the file's first lines, before values get into wrong columns. */
final class Separators {
  private static final char[] USUAL = {',', ';', '\t', '|'};
  private static final int RECORDS = 100;

  private Separators() {}

  /**
   * Says which other character stands between the columns, or null when the one at hand seems
   * right.
   *
   * @param beginning of the file
   * @param whole whether that is the whole file
   */
  static @Nullable String doubt(CharSequence beginning, boolean whole, char delimiter) {
    var header = columns(beginning, whole, delimiter).stream().findFirst().orElse(0);
    char likely = 0;
    var most = 1;
    for (var other : USUAL) {
      var columns = other == delimiter ? List.<Integer>of() : columns(beginning, whole, other);
      if (columns.isEmpty() || columns.getFirst() <= most) {
        continue;
      }
      var everywhere = columns.size() > 1 && columns.stream().distinct().count() == 1;
      if (everywhere || header == 1) {
        likely = other;
        most = columns.getFirst();
      }
    }
    return likely == 0
        ? null
        : "line 1: the columns seem to be separated by %s, not by %s; name the character: --delimiter %s (or --delimiter %s when it is that one)"
            .formatted(shown(likely), shown(delimiter), argument(likely), argument(delimiter));
  }

  /** How a command line names the character. */
  static String argument(char delimiter) {
    return delimiter == '\t' ? "tab" : "'" + delimiter + "'";
  }

  private static String shown(char delimiter) {
    return switch (delimiter) {
      case ',' -> "commas";
      case '\t' -> "tabs";
      default -> "'" + delimiter + "'";
    };
  }

  /** How many columns each of the first records has, if this is the delimiter. */
  private static List<Integer> columns(CharSequence text, boolean whole, char delimiter) {
    var counts = new ArrayList<Integer>();
    var columns = 1;
    var quoted = false;
    var fieldStart = true;
    var blank = true;
    var closed = false; // the character before closed a quoted field
    for (var i = 0; i < text.length() && counts.size() < RECORDS; i++) {
      var c = text.charAt(i);
      if (quoted) {
        quoted = c != '"';
        closed = !quoted;
        continue;
      } else if (c == '\n' || c == '\r') {
        if (!blank) {
          counts.add(columns);
        }
        columns = 1;
        blank = true;
        fieldStart = true;
      } else if (c == delimiter) {
        columns++;
        fieldStart = true;
        blank = false;
      } else {
        // The second of two quotes within a field opens it again.
        quoted = c == '"' && (fieldStart || closed);
        blank = false;
        fieldStart = false;
      }
      closed = false;
    }
    if (whole && !blank && counts.size() < RECORDS) {
      counts.add(columns);
    }
    return counts;
  }
}
