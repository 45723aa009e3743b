package dev.acequia.stores.postgres;

import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a migration, each in a transaction, all over one connection. A step that cannot
 * have its locks in a short time gives way, so that readers do not queue up behind it, and is tried
 * again.
 */
final class MigrationSteps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationSteps.class);

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(3);
  private static final int ATTEMPTS = 40;

  /** One transaction's work. */
  interface Step<T> {
    T run(Connection connection)
        throws SQLException, TerminationException, StoreUnavailableException;
  }

  private final PostgresAccess access;

  /** What the step before left open, when it was committed. */
  private @Nullable PostgresSession open;

  MigrationSteps(PostgresAccess access) {
    this.access = access;
  }

  /**
   * Runs a step until it is committed.
   *
   * @throws TerminationException with the database's own words when it refuses
   */
  <T> T run(Step<T> step) throws TerminationException, StoreUnavailableException {
    return repeat(
        () -> {
          var session =
              open == null ? PostgresSession.openForMigration(access, LOCK_TIMEOUT) : open;
          open = null;
          try {
            var result = step.run(session.connection());
            session.commit();
            open = session;
            return result;
          } finally {
            if (open == null) {
              session.close();
            }
          }
        });
  }

  /**
   * Runs a step whose statements are each a transaction of their own, from its beginning until it
   * comes to its end.
   *
   * @throws TerminationException with the database's own words when it refuses
   */
  void runWithoutTransaction(Step<?> step) throws TerminationException, StoreUnavailableException {
    repeat(
        () -> {
          try (var session = PostgresSession.openForIndexes(access)) {
            return step.run(session.connection());
          }
        });
  }

  /** Ends the connection; the next step would open another. */
  @Override
  public void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  private interface Attempt<T> {
    T make() throws SQLException, TerminationException, StoreUnavailableException;
  }

  private static <T> T repeat(Attempt<T> work)
      throws TerminationException, StoreUnavailableException {
    for (var attempt = 1; ; attempt++) {
      try {
        return work.make();
      } catch (SQLException e) {
        if (!SqlFailure.isTransient(e)) {
          throw new TerminationException(Termination.Reason.StoreRefused, SqlFailure.words(e));
        }
        if (attempt == ATTEMPTS) {
          throw new StoreUnavailableException(SqlFailure.words(e), e);
        }
        LOG.info("attempt {}: {}", attempt, SqlFailure.words(e));
        pause(attempt, e);
      }
    }
  }

  /** Waits until no other migration holds the name, until the transaction ends. */
  static void lock(Connection connection, String name) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended('acequia migration ' || ?, 0))")) {
      statement.setString(1, name);
      statement.execute();
    }
  }

  private static void pause(int attempt, SQLException cause) throws StoreUnavailableException {
    var bound = Math.min(MAX_PAUSE.toMillis(), 100L << Math.min(attempt, 10));
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(bound / 2, bound));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted while waiting for the store", cause);
    }
  }
}
