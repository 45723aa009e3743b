package dev.acequia.stores.bigquery.read;

import java.time.Duration;

/**
 * What reading may take.
 *
 * @param read from its beginning to its last row
 * @param rowBytes of the largest row
 * @param pageRows that one answer of the service has at most; it also ends at some 10 MB
 * @param keyStatements of reads by key that run at a time
 * @param patience of a read by key until it is on its way
 */
record ReaderLimits(
    Duration read, int rowBytes, int pageRows, int keyStatements, Duration patience) {
  /**
   * As docs/query.md has them. A row is as large as in every store: a record of 1 MiB, written out,
   * with columns that are asked for twice. A statement by key has a latency of some tenths of a
   * second, mostly spent in the service.
   */
  static final ReaderLimits DEFAULT =
      new ReaderLimits(Duration.ofSeconds(15), 3 << 20, 10_000, 4, Duration.ofSeconds(3));
}
