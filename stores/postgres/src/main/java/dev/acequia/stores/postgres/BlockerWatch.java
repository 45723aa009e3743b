package dev.acequia.stores.postgres;

import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a claim does not wait for ever for a consumer that was stopped or cut off in
 * mid-transaction: past a bound it ends the session that blocks, from a second connection. Sessions
 * of other roles are left alone.
 */
final class BlockerWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockerWatch.class);

  /** What a live owner is given to finish its batch. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final String END_BLOCKERS =
      """
      SELECT a.pid, a.application_name, pg_terminate_backend(a.pid)
      FROM unnest(pg_blocking_pids(?)) AS blocker
      JOIN pg_stat_activity a ON a.pid = blocker
      WHERE a.usename = current_user""";

  private final Thread thread;

  /** Begins to watch over what the backend waits for. */
  BlockerWatch(PostgresAccess access, int backend) {
    thread = Thread.ofVirtual().name("blocker-watch").start(() -> watch(access, backend));
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private static void watch(PostgresAccess access, int backend) {
    try {
      Thread.sleep(PATIENCE);
      try (var second = PostgresSession.open(access);
          var statement = second.connection().prepareStatement(END_BLOCKERS)) {
        second.connection().setAutoCommit(true);
        statement.setInt(1, backend);
        while (true) {
          try (var ended = statement.executeQuery()) {
            while (ended.next()) {
              LOG.warn(
                  "ended session {} of {}, which kept a partition locked",
                  ended.getInt(1),
                  ended.getString(2));
            }
          }
          Thread.sleep(PAUSE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      LOG.warn("cannot see who keeps a partition locked: {}", SqlFailure.words(e));
    }
  }
}
