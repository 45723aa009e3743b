package dev.acequia.benchmarks.faults;

/** Kafka ends and starts again with the same data. */
final class ServerFaults implements FaultFamily {
  private final Scene scene;

  ServerFaults(Scene scene) {
    this.scene = scene;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var servers = scene.servers();
    servers.alone(
        () -> {
          switch (fault) {
            case RESTART_KAFKA -> servers.kafka().restart(true);
            case KILL_KAFKA -> servers.kafka().restart(false);
            default -> throw new IllegalArgumentException(fault.name());
          }
        });
    scene.recoverFrom(fault);
  }
}
