package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A migration that adds a column is stopped while it holds the locks of offsets and table, for
 * longer than the session timeout; meanwhile another begins.
 */
final class MigrationFaults implements FaultFamily {
  private static final Duration REACHED_LIMIT = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration TWO_SESSIONS = Duration.ofSeconds(7);
  private static final Duration END_LIMIT = Duration.ofMinutes(3);

  private final Scene scene;

  MigrationFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var pipeline = scene.pipeline();
    pipeline.addField();
    var began = System.nanoTime();
    try (var link = pipeline.link()) {
      var arrived = new CountDownLatch(1);
      var woken = new CountDownLatch(1);
      var _ =
          link.traps()
              .arm(
                  Moment.MID_MIGRATION,
                  () -> {
                    arrived.countDown();
                    awaitQuietly(woken);
                    return Trap.Then.PASS;
                  });
      var first = startUntil(arrived, link.ports());
      first.freeze();
      woken.countDown();
      var second = pipeline.startMigration("migration-second", scene.servers().store().ports());
      if (second.endsWithin(TWO_SESSIONS)
          && second.exitCode() == 0
          && first.isAlive()
          && isUndisturbedSince(began)) {
        scene.chronicle().violation("a migration passed another that held its locks");
      }
      if (fault == Fault.FREEZE_MIGRATION) {
        first.wake();
        end("the one that was stopped", first);
      } else {
        first.kill();
      }
      end("the one that came second", second);
    }
    pipeline.noteAddedField();
    scene.fleet().rollOut();
    scene.recoverFrom(fault);
  }

  /** Restarts the migration after a failure, as a Job does: the other mode's faults stop Kafka. */
  private RuntimeProcess startUntil(CountDownLatch arrived, StorePorts ports)
      throws IOException, InterruptedException {
    var deadline = System.nanoTime() + REACHED_LIMIT.toNanos();
    var first = scene.pipeline().startMigration("migration-first", ports);
    while (!arrived.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      if (System.nanoTime() > deadline) {
        scene
            .chronicle()
            .violation("a migration does not come to the offsets: %s", first.lastLines());
        break;
      }
      if (!first.isAlive() && first.exitCode() != 0 && first.termination().isEmpty()) {
        first = scene.pipeline().startMigration("migration-first", ports);
      }
    }
    return first;
  }

  /** The other mode's faults may crash the shared PostgreSQL, which releases all locks. */
  private boolean isUndisturbedSince(long nanos) {
    return scene.servers().wholeSince() - nanos < 0;
  }

  /** As a Job's, its failures are no end. */
  private void end(String which, RuntimeProcess migration)
      throws IOException, InterruptedException {
    if (!migration.endsWithin(END_LIMIT)) {
      scene
          .chronicle()
          .violation("%s of two migrations does not end:%n%s", which, migration.lastLines());
      migration.kill();
    } else if (migration.termination().isPresent()) {
      scene
          .chronicle()
          .violation("%s of two migrations wants a person: %s", which, migration.termination());
    } else if (migration.exitCode() != 0) {
      scene.chronicle().say("%s of two migrations is tried again", which);
      scene.pipeline().migrate();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
