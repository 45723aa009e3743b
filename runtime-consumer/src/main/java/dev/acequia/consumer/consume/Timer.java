package dev.acequia.consumer.consume;

import java.time.Duration;

/** Comes due again and again; at once for the first time. */
final class Timer {
  private final long everyNanos;
  private long dueNanos = System.nanoTime();

  Timer(Duration every) {
    everyNanos = every.toNanos();
  }

  /** Whether it is due; if so, it begins anew. */
  boolean isDue() {
    if (System.nanoTime() - dueNanos < 0) {
      return false;
    }
    restart();
    return true;
  }

  void restart() {
    dueNanos = System.nanoTime() + everyNanos;
  }
}
