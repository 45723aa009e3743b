package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Inflicts faults on one pipeline, one at a time, and waits after each until every partition goes
 * on. Records must keep coming meanwhile.
 */
final class Nemesis {
  private final Scene scene;
  private final Map<Fault.Family, FaultFamily> families = new EnumMap<>(Fault.Family.class);

  Nemesis(Scene scene) {
    this.scene = scene;
    families.put(Fault.Family.CONSUMERS, new ConsumerFaults(scene));
    families.put(Fault.Family.CONNECTIONS, new ConnectionFaults(scene));
    families.put(Fault.Family.SERVERS, new ServerFaults(scene));
    families.put(Fault.Family.TOPIC, new TopicFaults(scene));
    families.put(Fault.Family.LOG, new LogFaults(scene));
    families.put(Fault.Family.SCHEMA, new SchemaFaults(scene));
    families.put(Fault.Family.DISKS, new DiskFaults(scene));
    families.put(Fault.Family.CLOCKS, new ClockFaults(scene));
    for (var family : Fault.Family.values()) {
      scene.servers().store().family(family, scene).ifPresent(own -> families.put(family, own));
    }
  }

  /** Does it, and waits until the pipeline goes on again. */
  void inflict(Fault fault) throws Exception {
    var family = families.get(fault.family());
    if (family == null) {
      throw new IllegalArgumentException(fault + " is not a fault of this store");
    }
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
}
