package dev.acequia.consumer.consume;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Ever longer pauses between attempts, up to a bound, with some chance in them. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private int failures;
  private long untilNanos = System.nanoTime();

  /** Begins a pause after a failure. */
  void failed() {
    var bound = Math.min(LONGEST.toNanos(), FIRST.toNanos() << Math.min(failures++, 10));
    pause(Duration.ofNanos(ThreadLocalRandom.current().nextLong(bound / 2, bound)));
  }

  void pause(Duration pause) {
    untilNanos = System.nanoTime() + pause.toNanos();
  }

  void succeeded() {
    failures = 0;
  }

  boolean isOver() {
    return System.nanoTime() - untilNanos >= 0;
  }
}
