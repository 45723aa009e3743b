package dev.acequia.stores.lake.read;

import java.time.Duration;

/** Limits of readers in tests. */
final class Limits {
  private Limits() {}

  static ReaderLimits small() {
    return withCache(64L << 20);
  }

  static ReaderLimits withCache(long cacheBytes) {
    return new ReaderLimits(
        6,
        Duration.ofSeconds(20),
        Duration.ofSeconds(20),
        3 << 20,
        8L << 20,
        256L << 20,
        2,
        1L << 30,
        cacheBytes,
        1_000,
        100_000);
  }
}
