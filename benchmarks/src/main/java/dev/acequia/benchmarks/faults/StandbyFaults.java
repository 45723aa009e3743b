package dev.acequia.benchmarks.faults;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/**
 * PostgreSQL is lost, and a standby that has not all of it takes its place: offsets and rows are
 * those of an older moment, together.
 */
final class StandbyFaults implements FaultFamily {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Scene scene;
  private final FaultyPostgres postgres;

  StandbyFaults(Scene scene, PostgresHistory store) {
    this.scene = scene;
    postgres = store.postgres();
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    scene
        .servers()
        .alone(
            () -> {
              var standby = postgres.follow();
              Map<Integer, Long> last;
              Map<Integer, Long> lost;
              try {
                awaitStreaming();
                standby.link().close();
                last = scene.pipeline().storedOffsets();
                lost = awaitBeyond(last);
              } catch (Exception e) {
                postgres.dismiss(standby);
                throw e;
              }
              postgres.replaceBy(standby);
              scene
                  .chronicle()
                  .say("the standby lacks what moved the offsets from %s to %s", last, lost);
              var promoted = scene.pipeline().storedOffsets();
              if (promoted.entrySet().stream()
                  .noneMatch(one -> one.getValue() < lost.getOrDefault(one.getKey(), 0L))) {
                scene.chronicle().say("it had all after all");
              }
            });
    scene.recoverFrom(fault);
  }

  private void awaitStreaming() throws SQLException, InterruptedException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    try (var connection = postgres.connect("postgres");
        var statement = connection.createStatement()) {
      while (System.nanoTime() < deadline) {
        try (var row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) {
          if (row.next() && row.getInt(1) > 0) {
            return;
          }
        }
        Thread.sleep(50); // between two looks at the replication
      }
    }
    throw new IllegalStateException("the standby does not follow");
  }

  /** Offsets that the standby does not get to know. */
  private Map<Integer, Long> awaitBeyond(Map<Integer, Long> last) throws Exception {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    var stored = scene.pipeline().storedOffsets();
    while (!Scene.isBeyond(stored, last) && System.nanoTime() < deadline) {
      scene.fleet().tend();
      Thread.sleep(50); // between two looks at the offsets
      stored = scene.pipeline().storedOffsets();
    }
    return stored;
  }
}
