package dev.acequia.benchmarks.serving;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long, and how often, a server is asked. */
public final class LoadOptions {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each subject is measured (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "For how long, each time (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "12",
      description =
          "Seconds of each kind of request to a server before the first round (default:"
              + " ${DEFAULT-VALUE}).")
  private int warmUp;

  public int rounds() {
    return rounds;
  }

  public Duration length() {
    return Duration.ofSeconds(seconds);
  }

  public Duration warmUp() {
    return Duration.ofSeconds(warmUp);
  }
}
