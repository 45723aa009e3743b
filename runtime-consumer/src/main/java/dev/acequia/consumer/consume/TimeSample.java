package dev.acequia.consumer.consume;

import java.util.Arrays;
import java.util.stream.LongStream;

/** The times of some of a batch's records, evenly spread, however many there are. */
final class TimeSample {
  /** Even, so that it can be halved. */
  static final int MOST = 1000;

  private final long[] millis = new long[MOST];
  private int size;
  private long seen;
  private long every = 1;

  void add(long time) {
    if (seen++ % every != 0) {
      return;
    }
    if (size == MOST) {
      size = MOST / 2;
      for (var i = 0; i < size; i++) {
        millis[i] = millis[2 * i];
      }
      every *= 2;
    }
    millis[size++] = time;
  }

  /** In milliseconds of the epoch; all of them when there are few. */
  LongStream times() {
    return Arrays.stream(millis, 0, size);
  }

  void clear() {
    size = 0;
    seen = 0;
    every = 1;
  }
}
