package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Where faults are inflicted: one pipeline, what runs for it, and what is to be remembered.
 *
 * @param random what is left to chance is drawn from this
 */
record Scene(
    HistoryPipeline pipeline,
    Fleet fleet,
    HistoryProducer producer,
    RandomGenerator random,
    Chronicle chronicle) {
  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(4);

  /** Whatever others do to the servers: they leave them alone for most of the time. */
  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(8);

  FaultyServers servers() {
    return pipeline.servers();
  }

  /** Waits until every partition goes on, and notes the fault that ended just now. */
  void recoverFrom(Fault fault) throws IOException, InterruptedException {
    chronicle.note(fault, awaitProgress(System.nanoTime()));
  }

  /**
   * How long it takes from then until each partition is stored further than it is now. The limit
   * does not count while somebody else does something to the servers.
   */
  Duration awaitProgress(long began) throws IOException, InterruptedException {
    Map<Integer, Long> before = Map.of();
    while (System.nanoTime() - Math.max(began, servers().wholeSince()) < RECOVERY_LIMIT.toNanos()
        && System.nanoTime() - began < LONGEST_RECOVERY.toNanos()) {
      fleet.tend();
      try {
        var now = pipeline.storedOffsets();
        if (before.isEmpty()) {
          before = now;
        }
        if (isBeyond(now, before)) {
          return Duration.ofNanos(System.nanoTime() - began);
        }
      } catch (StoreDownException down) {
        // It is being started.
      }
      Thread.sleep(servers().store().size().pollInterval());
    }
    var waited = Duration.ofNanos(System.nanoTime() - began);
    chronicle.violation("no progress for %d s", waited.toSeconds());
    return waited;
  }

  /** Waits for something; that it does not come is a violation. */
  void await(Duration limit, BooleanSupplier condition, String otherwise)
      throws InterruptedException {
    var deadline = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        chronicle.violation("%s after %d s", otherwise, limit.toSeconds());
        return;
      }
      Thread.sleep(100); // between two looks at logs and processes
    }
  }

  /** Waits until all that is in the topic is stored, while nobody sends. */
  void awaitAllStored() throws Exception {
    var deadline = System.nanoTime() + RECOVERY_LIMIT.toNanos();
    while (!isAllStored()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            "not all of the topic is stored after %d s".formatted(RECOVERY_LIMIT.toSeconds()));
      }
      fleet.tend();
      Thread.sleep(servers().store().size().pollInterval());
    }
  }

  private boolean isAllStored() throws Exception {
    try {
      return pipeline.isStoredToTheEnd();
    } catch (StoreDownException | ExecutionException | TimeoutException unknown) {
      return false; // others do something to the servers
    }
  }

  /**
   * Stops a consumer in its batch.
   *
   * @return empty when it has nothing to do
   */
  Optional<Zombie> freeze(Moment moment) throws IOException, InterruptedException {
    var member = fleet.any(random);
    var zombie = new Zombie(member, moment);
    if (zombie.awaitFrozen()) {
      return Optional.of(zombie);
    }
    chronicle.say("%s had nothing to do", member.name());
    return Optional.empty();
  }

  /** Whether each partition is stored further than that. */
  static boolean isBeyond(Map<Integer, Long> stored, Map<Integer, Long> reference) {
    return stored.entrySet().stream()
        .allMatch(one -> one.getValue() > reference.getOrDefault(one.getKey(), 0L));
  }
}
