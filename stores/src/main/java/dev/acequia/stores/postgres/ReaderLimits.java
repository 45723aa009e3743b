package dev.acequia.stores.postgres;

import java.time.Duration;

/**
 * What reading may take of the database and of a request's time.
 *
 * @param connections at once, of one process
 * @param connectionWait until a request gets one
 * @param connect to open one
 * @param statement until the server ends it
 */
record ReaderLimits(
    int connections, Duration connectionWait, Duration connect, Duration statement) {
  static final ReaderLimits DEFAULT =
      new ReaderLimits(10, Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(15));
}
