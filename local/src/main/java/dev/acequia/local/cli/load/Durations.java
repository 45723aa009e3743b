package dev.acequia.local.cli.load;

import java.time.Duration;
import java.util.Locale;

/** Durations as people read them. */
public final class Durations {
  private Durations() {}

  /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}. */
  public static String text(Duration duration) {
    var seconds = duration.toMillis() / 1000.0;
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    var whole = Math.round(seconds);
    if (whole < 120) {
      return whole + " s";
    }
    return whole % 60 == 0 ? whole / 60 + " min" : whole / 60 + " min " + whole % 60 + " s";
  }
}
