package dev.acequia.benchmarks.load;

import java.util.Arrays;

/** How long each answer took. */
final class Latencies {
  private long[] nanos = new long[1 << 16];
  private int count;
  private boolean sorted;

  void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, count * 2);
    }
    nanos[count++] = duration;
    sorted = false;
  }

  int count() {
    return count;
  }

  /** By the nearest rank, in milliseconds; 0 when there was no answer. */
  double percentile(double percent) {
    if (count == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(nanos, 0, count);
      sorted = true;
    }
    return nanos[Math.max(0, (int) Math.ceil(count * percent / 100) - 1)] / 1e6;
  }
}
