package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** Calls to a service are throttled or lost for a while, or it is away. */
final class ServiceFaults implements FaultFamily {
  /** Longer than the first retries of a call take, and shorter than a client's patience. */
  private static final Duration SPELL = Duration.ofSeconds(5);

  private static final double MOST = 0.7;
  private static final double MANY = 0.3;

  /** Ends a service in order, and starts it with what it held. */
  @FunctionalInterface
  interface Restart {
    void run();
  }

  private final Scene scene;
  private final Restart restart;

  ServiceFaults(Scene scene, Restart restart) {
    this.scene = scene;
    this.restart = restart;
  }

  /** These faults, and those of services. */
  static Set<Fault> with(Set<Fault> others) {
    var all = EnumSet.copyOf(others);
    for (var fault : Fault.values()) {
      if (fault.family() == Fault.Family.SERVICE) {
        all.add(fault);
      }
    }
    return all;
  }

  @Override
  public void inflict(Fault fault) throws Exception {
    var isInflicted =
        switch (fault) {
          case THROTTLE -> spoil(CallFault.THROTTLED, MOST);
          case LOSE_CALLS -> spoil(CallFault.LOST_CALL, MANY);
          case LOSE_ANSWERS -> spoil(CallFault.LOST_ANSWER, MANY);
          case CUT_SERVICE -> spoil(CallFault.LOST_CALL, 1);
          case RESTART_SERVICE -> {
            scene.servers().alone(restart::run);
            yield true;
          }
          default -> throw new IllegalArgumentException(fault.name());
        };
    if (isInflicted) {
      scene.recoverFrom(fault);
    }
  }

  /** Whether there were calls to spoil. */
  private boolean spoil(CallFault fault, double share) throws IOException, InterruptedException {
    var end = System.nanoTime() + SPELL.toNanos();
    var calls = scene.pipeline().calls();
    var before = calls.count(fault);
    calls.begin(fault, share);
    try {
      while (System.nanoTime() < end) {
        scene.fleet().tend();
        Thread.sleep(100); // the spell lasts for a time, and not for a condition
      }
    } finally {
      calls.end();
    }
    if (calls.count(fault) == before) {
      scene.chronicle().say("no call came meanwhile");
      return false;
    }
    return true;
  }
}
