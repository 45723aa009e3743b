package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
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
      } catch (SQLException down) {
        // It is being started.
      }
      Thread.sleep(50); // between two looks at the offsets, which are asked for
    }
    var waited = Duration.ofNanos(System.nanoTime() - began);
    chronicle.violation("no progress for %d s", waited.toSeconds());
    return waited;
  }

  /** Whether each partition is stored further than that. */
  static boolean isBeyond(Map<Integer, Long> stored, Map<Integer, Long> reference) {
    return stored.entrySet().stream()
        .allMatch(one -> one.getValue() > reference.getOrDefault(one.getKey(), 0L));
  }
}
