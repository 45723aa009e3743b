package dev.acequia.benchmarks.faults;

import java.sql.SQLException;

/** PostgreSQL crashes, or ends the consumers' sessions. */
final class DatabaseFaults implements FaultFamily {
  private final Scene scene;
  private final FaultyPostgres postgres;

  DatabaseFaults(Scene scene, PostgresHistory store) {
    this.scene = scene;
    postgres = store.postgres();
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    switch (fault) {
      case CRASH_POSTGRES -> scene.servers().alone(postgres::crash);
      case TERMINATE_BACKENDS -> terminateBackends();
      default -> throw new IllegalArgumentException(fault.name());
    }
    scene.recoverFrom(fault);
  }

  private void terminateBackends() {
    try (var connection = postgres.connect("postgres");
        var statement =
            connection.prepareStatement(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?")) {
      statement.setString(1, scene.pipeline().name() + "_writer");
      statement.execute();
    } catch (SQLException down) {
      scene.chronicle().say("PostgreSQL is down, and its sessions have ended");
    }
  }
}
