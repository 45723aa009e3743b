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
  private long lostByKafka;
  private long repeated;
  private long repeatedAcrossAJump;

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

  /** These were acknowledged, and Kafka lost them by a fault that was meant to do that. */
  void lostByKafka(long records) {
    lostByKafka += records;
  }

  long lostByKafka() {
    return lostByKafka;
  }

  /** These had an idempotency key that another had before them. */
  void repeated(long records) {
    repeated += records;
  }

  long repeated() {
    return repeated;
  }

  /** These repeats were stored, since the database's clock had jumped over the day of their key. */
  void repeatedAcrossAJump(long records) {
    repeatedAcrossAJump += records;
  }

  long repeatedAcrossAJump() {
    return repeatedAcrossAJump;
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
