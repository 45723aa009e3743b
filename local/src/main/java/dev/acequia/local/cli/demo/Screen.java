package dev.acequia.local.cli.demo;

import dev.acequia.local.cli.load.Durations;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** Aligned lines with the time that each took; never silent for long while something is awaited. */
public final class Screen {
  private static final Duration SILENCE = Duration.ofSeconds(6);

  private final Consumer<String> out;
  private final long start = System.nanoTime();
  private long lastLine = start;

  /** Lines go to {@code out}. */
  public Screen(Consumer<String> out) {
    this.out = out;
  }

  /** A new part of the story. */
  void part(String title) {
    line("");
    line(title);
  }

  /** A line as it is. */
  public void line(String text) {
    out.accept(text);
    lastLine = System.nanoTime();
  }

  /** Something is done, and took the time since it began. */
  void done(String what, String result, long beganNanos) {
    line(
        String.format(Locale.ROOT, "  %-18s %-46s %6s", what, result, since(beganNanos))
            .stripTrailing());
  }

  /** Something without a time of its own. */
  void fact(String what, String value) {
    line(String.format(Locale.ROOT, "  %-18s %s", what, value));
  }

  /** A word about what is awaited, when the last line is some seconds old. */
  void waitingFor(String what, long beganNanos) {
    if (System.nanoTime() - lastLine > SILENCE.toNanos()) {
      line("  waiting for " + what + " (" + since(beganNanos) + ")");
    }
  }

  /** The time since the screen was made. */
  public String elapsed() {
    return since(start);
  }

  private static String since(long nanos) {
    return Durations.text(Duration.ofNanos(System.nanoTime() - nanos));
  }
}
