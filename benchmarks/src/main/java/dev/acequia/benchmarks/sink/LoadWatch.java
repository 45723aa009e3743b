package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.local.CommandException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Looks from outside how far a load is, as any reader of the table would. It is over when the last
 * record of each partition is in the table, since each partition is loaded in order.
 */
final class LoadWatch {
  private static final long FIRST_POLL_MS = 2;
  private static final long POLL_MS = 15;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Connection connection;
  private final String table;
  private final MeasuredProcess loader;

  /**
   * A load as it was seen.
   *
   * @param firstNanos when rows were first seen
   * @param firstRows how many there were then
   * @param endNanos when the last was there
   */
  record Seen(long firstNanos, long firstRows, long endNanos) {
    /** Rows per second after the first were seen, so that a process' start does not count. */
    double rate(long records) {
      return (records - firstRows) / ((endNanos - firstNanos) / 1e9);
    }
  }

  LoadWatch(Connection connection, String table, MeasuredProcess loader) {
    this.connection = connection;
    this.table = table;
    this.loader = loader;
  }

  /**
   * Waits for the first row and the last.
   *
   * @param lastOnesThere a query for how many of the partitions' last records are there
   */
  Seen await(String lastOnesThere, int partitions, Duration limit)
      throws SQLException, InterruptedException {
    var deadline = System.nanoTime() + limit.toNanos();
    try (var statement = connection.createStatement()) {
      // The table has no statistics yet.
      statement.execute("SET enable_seqscan = off");
    }
    var first = awaitFirst();
    var last = awaitAtLeast(lastOnesThere, partitions, POLL_MS, deadline);
    return new Seen(first.nanos(), first.count(), last.nanos());
  }

  /** Waits for the first row alone, and answers when it was seen. */
  long awaitFirstNanos() throws SQLException, InterruptedException {
    awaitFirst();
    return System.nanoTime();
  }

  private Counted awaitFirst() throws SQLException, InterruptedException {
    return awaitAtLeast(
        "SELECT count(*) FROM " + table,
        1,
        FIRST_POLL_MS,
        System.nanoTime() + START_LIMIT.toNanos());
  }

  /** What a query counted, as of when it was asked. */
  private record Counted(long count, long nanos) {}

  private Counted awaitAtLeast(String query, long wanted, long pollMs, long deadline)
      throws SQLException, InterruptedException {
    try (var statement = connection.prepareStatement(query)) {
      while (true) {
        var nanos = System.nanoTime();
        try (var row = statement.executeQuery()) {
          row.next();
          if (row.getLong(1) >= wanted) {
            return new Counted(row.getLong(1), nanos);
          }
        }
        loader.checkAlive();
        if (System.nanoTime() > deadline) {
          throw new CommandException(
              "the load has not come to its end in time; this answers too few: %s%n%s"
                  .formatted(query, loader.said()));
        }
        TimeUnit.MILLISECONDS.sleep(pollMs);
      }
    }
  }
}
