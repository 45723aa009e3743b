package dev.acequia.stores.lake.read;

import java.time.Duration;

/** Limits of readers in tests. */
final class Limits {
  private Limits() {}

  static ReaderLimits small() {
    return withCache(64L << 20);
  }

  static ReaderLimits withCache(long cacheBytes) {
    return of(cacheBytes, 16L << 20, 1_000);
  }

  static ReaderLimits withPlans(long planBytes, int maxFiles) {
    return of(64L << 20, planBytes, maxFiles);
  }

  private static ReaderLimits of(long cacheBytes, long planBytes, int maxFiles) {
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
        planBytes,
        maxFiles,
        100_000);
  }
}
