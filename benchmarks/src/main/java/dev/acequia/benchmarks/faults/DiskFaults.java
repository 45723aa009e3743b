package dev.acequia.benchmarks.faults;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Nothing can be written for a while, to PostgreSQL's disk or to the brokers'. */
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
                scene.servers().disks().isEmpty()
                    ? Optional.of("this root cannot mount a file system")
                    : Optional.empty());
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var servers = scene.servers();
    var disks = servers.disks().orElseThrow();
    servers.alone(
        () -> {
          switch (fault) {
            case FILL_POSTGRES_DISK -> {
              var held = scene.fleet().timesHeld("store");
              disks.postgres().fill();
              await(
                  () -> scene.fleet().timesHeld("store") > held,
                  "no consumer says that it holds though PostgreSQL's disk is full");
              disks.postgres().makeRoom();
              servers.postgres().startIfEnded();
            }
            case FILL_KAFKA_DISK -> {
              disks.kafka().fill();
              // Of three, no two are left that a record could be on.
              await(
                  () -> servers.kafka().ended() >= 2,
                  "two brokers run still though their disk is full");
              disks.kafka().makeRoom();
              // A broker that still runs may have failed log folders: restart all.
              servers.kafka().restart(false);
            }
            default -> throw new IllegalArgumentException(fault.name());
          }
        });
    scene.recoverFrom(fault);
  }

  private void await(BooleanSupplier condition, String otherwise) throws InterruptedException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        scene.chronicle().violation("%s after %d s", otherwise, LIMIT.toSeconds());
        return;
      }
      Thread.sleep(100); // between two looks at logs and processes
    }
  }
}
