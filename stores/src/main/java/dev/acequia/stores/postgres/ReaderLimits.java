package dev.acequia.stores.postgres;

import java.time.Duration;

/**
 * What reading may take of the database, of a request's time and of memory.
 *
 * @param connections at once, of one process
 * @param connectionWait until a request gets one
 * @param connect to open one
 * @param statement until the server ends it
 * @param rowBytes the largest row that is read; the driver holds at most twice as much of a
 *     connection's result
 */
record ReaderLimits(
    int connections, Duration connectionWait, Duration connect, Duration statement, int rowBytes) {
  /**
   * A record of 1 MiB, its json written out with PostgreSQL's spaces and its numbers without
   * exponents, and room for columns that are asked for twice.
   */
  private static final int ROW_BYTES = 3 << 20;

  private static final int MAX_CONNECTIONS = 10;
  private static final int MIN_CONNECTIONS = 3;

  /** What each connection's results are allowed of the heap, with room for all else. */
  private static final long HEAP_OF_CONNECTION = 24L << 20;

  static final ReaderLimits DEFAULT = of(Long.MAX_VALUE);

  /** The limits of a process with so large a heap, in bytes. */
  static ReaderLimits of(long heap) {
    return new ReaderLimits(
        (int) Math.clamp(heap / HEAP_OF_CONNECTION, MIN_CONNECTIONS, MAX_CONNECTIONS),
        Duration.ofSeconds(3),
        Duration.ofSeconds(3),
        Duration.ofSeconds(15),
        ROW_BYTES);
  }
}
