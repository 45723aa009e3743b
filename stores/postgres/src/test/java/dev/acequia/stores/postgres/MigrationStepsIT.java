package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class MigrationStepsIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Warehouse warehouse = Warehouse.create();

  /** A frozen migration loses its session and its locks. Awake again, it must not need a person. */
  @Test
  void retriesAStepWhoseSessionWasIdleForTooLong() throws Exception {
    var attempts = new AtomicInteger();
    try (var steps =
        new MigrationSteps(PostgresAccess.fromEnvironment(warehouse.migrationEnvironment()))) {
      steps.run(
          connection -> {
            if (attempts.incrementAndGet() == 1) {
              try (var statement = connection.createStatement()) {
                statement.execute("SET LOCAL idle_in_transaction_session_timeout = '1ms'");
              }
              awaitEndOf(connection.unwrap(PGConnection.class).getBackendPID());
            }
            return true;
          });
    }
    assertThat(attempts).hasValue(2);
  }

  private void awaitEndOf(int backend) throws SQLException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (!warehouse.rows("SELECT FROM pg_stat_activity WHERE pid = " + backend).isEmpty()) {
      assertThat(System.nanoTime() - deadline).as("the session has not ended").isNegative();
    }
  }

  @Test
  void locksDoNotOutliveALostMachineForLong() throws Exception {
    try (var steps =
        new MigrationSteps(PostgresAccess.fromEnvironment(warehouse.migrationEnvironment()))) {
      var timeout =
          steps.run(
              connection -> {
                try (var statement = connection.createStatement();
                    var row = statement.executeQuery("SHOW idle_in_transaction_session_timeout")) {
                  row.next();
                  return row.getString(1);
                }
              });
      assertThat(timeout).isEqualTo("2min");
    }
  }
}
