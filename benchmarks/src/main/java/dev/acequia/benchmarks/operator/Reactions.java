package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Spread;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long it took from each request to what a watch saw of it. */
final class Reactions {
  private final Map<String, Long> asked = new ConcurrentHashMap<>();
  private final Map<String, Long> seen = new ConcurrentHashMap<>();

  /** Something is asked for of this pipeline just now. */
  void ask(String pipeline) {
    asked.put(pipeline, System.nanoTime());
  }

  /** It has come; only the first time counts, and only when it was asked for. */
  void see(String pipeline) {
    if (asked.containsKey(pipeline)) {
      seen.putIfAbsent(pipeline, System.nanoTime());
    }
  }

  boolean areAllSeen() {
    return seen.keySet().containsAll(asked.keySet());
  }

  /** By the nearest rank, in milliseconds. */
  double percentile(double percent) {
    return Spread.percentile(
        seen.entrySet().stream()
            .mapToDouble(one -> (one.getValue() - asked.getOrDefault(one.getKey(), 0L)) / 1e6)
            .toArray(),
        percent);
  }
}
