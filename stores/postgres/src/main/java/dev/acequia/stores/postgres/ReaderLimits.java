package dev.acequia.stores.postgres;

import java.time.Duration;

/**
 * What reading may take of the database, of a request's time and of memory.
 *
 * @param connections at once, of one process
 * @param connectionWait until a request gets one
 * @param connect to open one
 * @param statement until the server ends it
 * @param resultBytes that the driver may hold of a result at once, which is the largest row
 */
record ReaderLimits(
    int connections,
    Duration connectionWait,
    Duration connect,
    Duration statement,
    int resultBytes) {
  /**
   * A record of 1 MiB, its json written out with PostgreSQL's spaces and its numbers without
   * exponents, and room for columns that are asked for twice.
   */
  private static final int RESULT_BYTES = 3 << 20;

  private static final int MAX_CONNECTIONS = 10;
  private static final int MIN_CONNECTIONS = 3;

  /** What each connection's results are allowed of the heap, with room for all else. */
  private static final long HEAP_OF_CONNECTION = 24L << 20;

  static final ReaderLimits DEFAULT = of(Long.MAX_VALUE);

  /** The limits of a process with so large a heap, in bytes. */
  static ReaderLimits of(long heap) {
    return new ReaderLimits(
        Math.clamp(heap / HEAP_OF_CONNECTION, MIN_CONNECTIONS, MAX_CONNECTIONS),
        Duration.ofSeconds(3),
        Duration.ofSeconds(3),
        Duration.ofSeconds(15),
        RESULT_BYTES);
  }
}
