package dev.acequia.local.cli;

import java.time.Duration;

/** Says when it is time to show progress again; cheap enough to be asked at every record. */
final class Ticker {
  /** How many questions pass between two looks at the clock. */
  private static final int STRIDE = 256;

  private final long periodNanos;
  private long next;
  private int questions;

  Ticker(Duration period) {
    this.periodNanos = period.toNanos();
    this.next = System.nanoTime() + periodNanos;
  }

  boolean isDue() {
    if (++questions % STRIDE != 0 || System.nanoTime() - next < 0) {
      return false;
    }
    next = System.nanoTime() + periodNanos;
    return true;
  }
}
