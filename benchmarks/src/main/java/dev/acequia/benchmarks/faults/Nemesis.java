package dev.acequia.benchmarks.faults;

import java.io.IOException;

/**
 * Inflicts faults on one pipeline, one at a time, and waits after each until every partition goes
 * on. Records must keep coming meanwhile.
 */
final class Nemesis {
  private final Scene scene;
  private final FaultFamily consumers;
  private final FaultFamily connections;
  private final FaultFamily servers;
  private final FaultFamily log;
  private final FaultFamily standby;
  private final FaultFamily disks;
  private final FaultFamily clocks;
  private final FaultFamily migrations;

  Nemesis(Scene scene) {
    this.scene = scene;
    consumers = new ConsumerFaults(scene);
    connections = new ConnectionFaults(scene);
    servers = new ServerFaults(scene);
    log = new LogFaults(scene);
    standby = new StandbyFaults(scene);
    disks = new DiskFaults(scene);
    clocks = new ClockFaults(scene);
    migrations = new MigrationFaults(scene);
  }

  /** Does it, and waits until the pipeline goes on again. */
  void inflict(Fault fault) throws Exception {
    var family = of(fault.family());
    var missing = family.missing(fault);
    if (missing.isPresent()) {
      scene.chronicle().skip(fault, missing.get());
      return;
    }
    scene.chronicle().say("%s", fault.words());
    try {
      family.inflict(fault);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // The comparison at the end is worth having all the same.
      scene.chronicle().violation("'%s' cannot be inflicted: %s", fault.words(), e);
    }
  }

  /** Waits until every partition goes on. */
  void awaitStart() throws IOException, InterruptedException {
    scene.awaitProgress(System.nanoTime());
  }

  private FaultFamily of(Fault.Family family) {
    return switch (family) {
      case CONSUMERS -> consumers;
      case CONNECTIONS -> connections;
      case SERVERS -> servers;
      case LOG -> log;
      case STANDBY -> standby;
      case DISKS -> disks;
      case CLOCKS -> clocks;
      case MIGRATIONS -> migrations;
    };
  }
}
