package dev.acequia.telemetry;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a process logs to. Whatever is printed as one line is one line, and shows what a
 * terminal would obey: a caller's words, which may be in a message or in an exception, cannot pass
 * for lines of the log.
 */
public final class LogLines extends PrintStream {
  private LogLines(OutputStream out) {
    super(out, true, StandardCharsets.UTF_8);
  }

  /** Has all that the process logs from now on pass here. */
  public static void install() {
    System.setErr(over(System.err));
  }

  static LogLines over(OutputStream out) {
    return new LogLines(out);
  }

  @Override
  public void println(@Nullable String line) {
    super.println(escaped(String.valueOf(line)));
  }

  /** A stack trace prints its parts so. */
  @Override
  public void println(@Nullable Object line) {
    super.println(escaped(String.valueOf(line)));
  }

  private static String escaped(String line) {
    for (var i = 0; i < line.length(); i++) {
      if (isToEscape(line.charAt(i))) {
        return escapedFrom(line, i);
      }
    }
    return line;
  }

  private static String escapedFrom(String line, int first) {
    var escaped = new StringBuilder(line.length() + 16).append(line, 0, first);
    for (var i = first; i < line.length(); i++) {
      var c = line.charAt(i);
      if (c == '\n') {
        escaped.append("\\n");
      } else if (isToEscape(c)) {
        escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Controls, line and paragraph separators, and signs that turn the direction of writing. */
  private static boolean isToEscape(char c) {
    return c != '\t'
        && (Character.isISOControl(c)
            || c == '\u2028'
            || c == '\u2029'
            || (c >= '\u202a' && c <= '\u202e')
            || (c >= '\u2066' && c <= '\u2069'));
  }
}
