package dev.acequia.benchmarks.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/** All differences are counted, the first are kept. */
final class Findings {
  private static final int KEPT = 20;

  private final EnumMap<Finding.Kind, Long> counts = new EnumMap<>(Finding.Kind.class);
  private final List<Finding> first = new ArrayList<>();
  private long compared;

  void add(Finding.Kind kind, String where, String what) {
    counts.merge(kind, 1L, Long::sum);
    if (first.size() < KEPT) {
      first.add(new Finding(kind, where, what));
    }
  }

  void compared(long records) {
    compared += records;
  }

  /** How many records of the topic were looked for. */
  long compared() {
    return compared;
  }

  long count(Finding.Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  boolean isEmpty() {
    return counts.isEmpty();
  }

  List<Finding> first() {
    return List.copyOf(first);
  }

  @Override
  public String toString() {
    return counts + " " + first;
  }
}
