package dev.acequia.crds;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * The form of durations in a spec: one integer and {@code s}, {@code m}, {@code h} or {@code d}.
 */
public final class SpecDuration {
  /** For the CRD's own check. */
  public static final String PATTERN = "[1-9][0-9]{0,8}[smhd]";

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
