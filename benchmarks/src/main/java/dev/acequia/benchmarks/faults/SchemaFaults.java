package dev.acequia.benchmarks.faults;

import java.time.Duration;

/**
 * A consumer of a former schema is stopped in its batch, and wakes up when a consumer with one more
 * field has stored the same records and more.
 */
final class SchemaFaults implements FaultFamily {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Scene scene;
  private int count;

  SchemaFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var fleet = scene.fleet();
    var replicas = fleet.replicas();
    // Or another consumer of the former schema would store its batch before the migration ends.
    fleet.scaleTo(1);
    var frozen = scene.freeze(count++ % 2 == 0 ? Moment.BEFORE_ROWS : Moment.AMONG_ROWS);
    if (frozen.isEmpty()) {
      fleet.scaleTo(replicas);
      return;
    }
    var zombie = frozen.get();
    fleet.release(zombie.member());
    try {
      fleet.scaleTo(0);
      var pipeline = scene.pipeline();
      pipeline.addField();
      pipeline.migrate();
      pipeline.noteAddedField();
      fleet.scaleTo(replicas);
      scene.recoverFrom(fault);
    } finally {
      fleet.scaleTo(replicas);
      end(zombie);
    }
  }

  /** It writes nothing more when it has said what it had begun to say. */
  private void end(Zombie zombie) throws InterruptedException {
    var member = zombie.member();
    var stopped = member.timesStopped();
    zombie.wake();
    scene.await(
        LIMIT,
        () -> !member.isAlive() || member.timesStopped() > stopped,
        "a consumer of a former schema goes on");
    member.end();
  }
}
