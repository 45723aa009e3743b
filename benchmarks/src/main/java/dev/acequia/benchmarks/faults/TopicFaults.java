package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.time.Duration;
import java.util.ArrayList;

/**
 * All is stored, the topic is deleted and made again, and a person accepts that. A consumer of the
 * former topic was stopped in its batch, and wakes up when those of the new one go on.
 */
final class TopicFaults implements FaultFamily {
  private static final Duration END_LIMIT = Duration.ofSeconds(60);

  private final Scene scene;

  TopicFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var frozen = scene.freeze(Moment.BEFORE_ROWS);
    frozen.ifPresent(zombie -> scene.fleet().release(zombie.member()));
    try {
      scene.servers().alone(this::recreate);
      scene.recoverFrom(fault);
    } finally {
      if (frozen.isPresent()) {
        end(frozen.get());
      }
    }
  }

  private void recreate() throws Exception {
    var fleet = scene.fleet();
    var replicas = fleet.replicas();
    try (var _ = scene.producer().pause()) {
      scene.awaitAllStored();
      fleet.scaleTo(0);
      var pipeline = scene.pipeline();
      var records = new ArrayList<Read>();
      for (var partition = 0; partition < pipeline.topic().partitions(); partition++) {
        new TopicReader(pipeline).read(partition, -1, records::add);
      }
      pipeline.former().add(records, pipeline.lost());
      pipeline.recreateTopic();
      scene.producer().countAnew();
    } finally {
      fleet.scaleTo(replicas);
    }
  }

  /** It ends by itself, since its topic is gone; what it does before that must have no effect. */
  private void end(Zombie zombie) throws Exception {
    zombie.wake();
    scene.await(
        END_LIMIT, () -> !zombie.member().isAlive(), "a consumer of a topic that is gone goes on");
    zombie.member().close();
    scene.awaitProgress(System.nanoTime());
  }
}
