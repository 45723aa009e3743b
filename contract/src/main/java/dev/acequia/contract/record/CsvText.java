package dev.acequia.contract.record;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of a CSV field as a value, where people and spreadsheets write more than JSON takes. The
 * API and the command line read CSV by this class, so a file means the same to both.
 */
public final class CsvText {
  private CsvText() {}

  /** Whether the character means nothing around a value that is not a string. */
  public static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** The text without what means nothing around a value that is not a string. */
  public static String trimmed(String text) {
    var from = 0;
    var to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  /** The boolean that the word stands for, in whatever case; null when it stands for none. */
  public static @Nullable Boolean truth(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "1" -> true;
      case "false", "f", "no", "n", "0" -> false;
      default -> null;
    };
  }

  /**
   * Writes a number as JSON spells it: {@code +5}, {@code 007}, {@code .5} and {@code 5.} are
   * numbers in CSV only.
   *
   * @param into has room for one byte more than the text is long
   * @return where the number ends in {@code into}, or -1 when the text is no number
   */
  public static int number(char[] text, int offset, int length, byte[] into, int position) {
    var at = offset;
    var end = offset + length;
    var to = position;
    if (at < end && (text[at] == '-' || text[at] == '+')) {
      if (text[at] == '-') {
        into[to++] = '-';
      }
      at++;
    }
    var digits = at;
    while (at + 1 < end && text[at] == '0' && isDigit(text[at + 1])) {
      at++;
    }
    var from = at;
    while (at < end && isDigit(text[at])) {
      into[to++] = (byte) text[at++];
    }
    var hasInteger = at > from;
    if (!hasInteger) {
      into[to++] = '0';
    }
    if (at < end && text[at] == '.') {
      at++;
      if (at < end && isDigit(text[at])) {
        into[to++] = '.';
        while (at < end && isDigit(text[at])) {
          into[to++] = (byte) text[at++];
        }
      } else if (!hasInteger) {
        return -1;
      }
    } else if (at == digits) {
      return -1;
    }
    if (at < end && (text[at] == 'e' || text[at] == 'E')) {
      into[to++] = (byte) text[at++];
      if (at < end && (text[at] == '-' || text[at] == '+')) {
        into[to++] = (byte) text[at++];
      }
      if (at == end) {
        return -1;
      }
      while (at < end && isDigit(text[at])) {
        into[to++] = (byte) text[at++];
      }
    }
    return at == end ? to : -1;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
