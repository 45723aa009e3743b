package dev.acequia.stores.postgres;

import dev.acequia.stores.TopicLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A topic in memory: what Kafka holds, and what it does to it. */
final class ModelLog {
  /** One partition's log. */
  private static final class Partition {
    long beginning;
    int epoch;
    final List<ModelRecord> records = new ArrayList<>();
  }

  private final UUID id = UUID.randomUUID();
  private final List<Partition> partitions = new ArrayList<>();

  ModelLog(int partitions) {
    grow(partitions);
  }

  UUID id() {
    return id;
  }

  int partitions() {
    return partitions.size();
  }

  void grow(int more) {
    for (var i = 0; i < more; i++) {
      partitions.add(new Partition());
    }
  }

  long beginning(int partition) {
    return partitions.get(partition).beginning;
  }

  long end(int partition) {
    return beginning(partition) + partitions.get(partition).records.size();
  }

  int epoch(int partition) {
    return partitions.get(partition).epoch;
  }

  ModelRecord at(int partition, long offset) {
    return partitions.get(partition).records.get((int) (offset - beginning(partition)));
  }

  void append(int partition, ModelRecord record) {
    partitions.get(partition).records.add(record);
  }

  /** Removes what retention removes. */
  Collection<ModelRecord> expire(int partition, int count) {
    var log = partitions.get(partition);
    var expired = log.records.subList(0, Math.min(count, log.records.size()));
    var removed = List.copyOf(expired);
    expired.clear();
    log.beginning += removed.size();
    return removed;
  }

  /** Cuts the end off, as the election of a replica that lags does; later records have an epoch. */
  Collection<ModelRecord> cut(int partition, int count) {
    var log = partitions.get(partition);
    var size = log.records.size();
    var lost = log.records.subList(Math.max(0, size - count), size);
    var removed = List.copyOf(lost);
    lost.clear();
    log.epoch++;
    return removed;
  }

  Stream<ModelRecord> records() {
    return partitions.stream().flatMap(partition -> partition.records.stream());
  }

  TopicLog topicLog() {
    return new TopicLog(
        id,
        partitions.stream()
            .map(log -> new TopicLog.Range(log.beginning, log.beginning + log.records.size()))
            .toList());
  }

  @Override
  public String toString() {
    var text = new StringBuilder("topic ").append(id);
    for (var p = 0; p < partitions.size(); p++) {
      text.append("\n  partition %d from %d: ".formatted(p, beginning(p)));
      partitions
          .get(p)
          .records
          .forEach(
              one ->
                  text.append(
                      "%d%s%s%s "
                          .formatted(
                              one.id(),
                              one.deletes() ? "-" : "",
                              one.bad() ? "!" : "",
                              one.source() == null ? "" : "^" + one.source().offset())));
    }
    return text.toString();
  }
}
