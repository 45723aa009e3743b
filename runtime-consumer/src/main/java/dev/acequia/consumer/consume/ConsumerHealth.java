package dev.acequia.consumer.consume;

import java.time.Duration;
import java.util.Optional;

/** What the probes hear: whether the loop turns, and whether it can do its work. */
public final class ConsumerHealth {
  /** A turn takes milliseconds; Kafka's client may block for its own time limits of 30 s. */
  private static final Duration MAX_TURN = Duration.ofSeconds(90);

  private volatile long turnedNanos = System.nanoTime();
  private volatile Optional<String> trouble = Optional.of("joining the group");

  /** Why the process must be restarted, empty while it is fine. */
  public Optional<String> live() {
    var seconds = Duration.ofNanos(System.nanoTime() - turnedNanos).toSeconds();
    return seconds > MAX_TURN.toSeconds()
        ? Optional.of("no progress for " + seconds + " s")
        : Optional.empty();
  }

  /** Why nothing can be stored now, empty while it can. */
  public Optional<String> ready() {
    return trouble;
  }

  void turned() {
    turnedNanos = System.nanoTime();
  }

  void isWell() {
    trouble = Optional.empty();
  }

  void isTroubledBy(String reason) {
    trouble = Optional.of(reason);
  }
}
