package dev.acequia.stores.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The time that one read may take of the database, over all of its statements and pieces. The
 * server's {@code statement_timeout} begins anew with each piece of a result. Waits for a
 * connection do not count. Used by one thread.
 */
final class ReadBudget {
  /**
   * The server's limit is lowered in steps of this part of the whole, so a read has as many further
   * round trips at most, and one that ends within the first step has none.
   */
  private static final int STEPS = 16;

  /** As when the server ends a statement. */
  private static final String QUERY_CANCELED = "57014";

  private final Duration limit;
  private long spentNanos;
  private long takenAt;
  private long serverNanos;

  /**
   * Nothing is spent.
   *
   * @param limit of the read, and of a statement of a connection that comes from the pool
   */
  ReadBudget(Duration limit) {
    this.limit = limit;
  }

  /** A connection was taken, whose time counts. */
  void begin() {
    takenAt = System.nanoTime();
    serverNanos = limit.toNanos();
  }

  /** The connection is given back. */
  void end() {
    spentNanos = spent();
  }

  /** Whether a statement needs a lower limit than that of the pool's connections. */
  boolean isCut() {
    return isStepBelow(limit.toNanos());
  }

  /**
   * Has the server end the next piece in time, within a transaction.
   *
   * @throws SQLTimeoutException when no time is left
   */
  void enforce(Connection connection) throws SQLException {
    var left = left();
    if (left <= 0) {
      throw new SQLTimeoutException(
          "the pieces of a result took more than " + limit + " together", QUERY_CANCELED);
    }
    if (isStepBelow(serverNanos)) {
      try (var statement = connection.createStatement()) {
        statement.execute(
            "SET LOCAL statement_timeout = " + Math.max(TimeUnit.NANOSECONDS.toMillis(left), 1));
      }
      serverNanos = left;
    }
  }

  private boolean isStepBelow(long nanos) {
    return nanos - left() >= limit.toNanos() / STEPS;
  }

  private long left() {
    return limit.toNanos() - spent();
  }

  private long spent() {
    return spentNanos + System.nanoTime() - takenAt;
  }
}
