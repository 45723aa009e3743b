package dev.acequia.benchmarks.faults;

import java.time.Duration;
import java.util.Optional;

/** Nothing can be written to the brokers' disk for a while. */
final class DiskFaults implements FaultFamily {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Scene scene;

  DiskFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public Optional<String> missing(Fault fault) {
    return SmallDisk.missing()
        .or(
            () ->
                scene.servers().kafkaDisk().isEmpty()
                    ? Optional.of("this root cannot mount a file system")
                    : Optional.empty());
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var disk = scene.servers().kafkaDisk().orElseThrow();
    var kafka = scene.servers().kafka();
    scene
        .servers()
        .alone(
            () -> {
              disk.fill();
              // Of three, no two are left that a record could be on.
              scene.await(
                  LIMIT,
                  () -> kafka.ended() >= 2,
                  "two brokers run still though their disk is full");
              disk.makeRoom();
              // A broker that still runs may have failed log folders: restart all.
              kafka.restart(false);
            });
    scene.recoverFrom(fault);
  }
}
