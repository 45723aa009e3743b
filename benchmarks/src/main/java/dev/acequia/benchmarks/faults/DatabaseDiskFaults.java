package dev.acequia.benchmarks.faults;

import java.time.Duration;
import java.util.Optional;

/** Nothing can be written to PostgreSQL's disk for a while. */
final class DatabaseDiskFaults implements FaultFamily {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Scene scene;
  private final PostgresHistory store;

  DatabaseDiskFaults(Scene scene, PostgresHistory store) {
    this.scene = scene;
    this.store = store;
  }

  @Override
  public Optional<String> missing(Fault fault) {
    return SmallDisk.missing()
        .or(
            () ->
                store.disk().isEmpty()
                    ? Optional.of("this root cannot mount a file system")
                    : Optional.empty());
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var disk = store.disk().orElseThrow();
    scene
        .servers()
        .alone(
            () -> {
              var held = scene.fleet().timesHeld("store");
              disk.fill();
              scene.await(
                  LIMIT,
                  () -> scene.fleet().timesHeld("store") > held,
                  "no consumer says that it holds though PostgreSQL's disk is full");
              disk.makeRoom();
              store.postgres().startIfEnded();
            });
    scene.recoverFrom(fault);
  }
}
