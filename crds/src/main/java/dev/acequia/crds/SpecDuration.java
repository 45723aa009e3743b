package dev.acequia.crds;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The form of durations in a spec: one integer and {@code s}, {@code m}, {@code h} or {@code d}.
 */
public final class SpecDuration {
  private static final String PATTERN = "[1-9][0-9]{0,8}[smhd]";

  /** The same form as a CEL rule; CEL's own {@code duration()} knows no days. */
  static final String RULE = "self.matches('^" + PATTERN + "$')";

  static final String MESSAGE_EXPRESSION =
      "\"'\" + self + \"' is not a duration: use one whole number above 0 and a unit s, m, h or d,"
          + " such as 7d\"";

  private static final Pattern FORM = Pattern.compile(PATTERN);

  private SpecDuration() {}

  /**
   * Parses {@code 7d}, {@code 90s} and the like.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static Duration parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "duration '" + text + "': use one integer and s, m, h or d, such as 7d");
    }
    var amount = Long.parseLong(text, 0, text.length() - 1, 10);
    return switch (text.charAt(text.length() - 1)) {
      case 's' -> Duration.ofSeconds(amount);
      case 'm' -> Duration.ofMinutes(amount);
      case 'h' -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
