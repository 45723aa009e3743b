package dev.acequia.stores.postgres;

import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A topic in memory: what Kafka holds, and what it does to it. */
final class ModelLog {
  /** One partition's log. */
  private static final class Partition {
    long beginning;
    int epoch;

    /** Where each leader epoch begins. */
    final NavigableMap<Integer, Long> epochs = new TreeMap<>();

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
      var log = new Partition();
      log.epochs.put(log.epoch, log.beginning);
      partitions.add(log);
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
    var end = end(partition);
    log.epochs.values().removeIf(begin -> begin >= end);
    log.epochs.put(++log.epoch, end);
    return removed;
  }

  /** What Kafka says of a log that was read up to an offset, the record before it of an epoch. */
  Optional<Cut> cutBefore(int partition, long offset, int epoch) {
    var next = partitions.get(partition).epochs.higherEntry(epoch);
    var endOfEpoch = next == null ? end(partition) : next.getValue();
    return endOfEpoch < offset
        ? Optional.of(new Cut(OptionalLong.of(endOfEpoch)))
        : Optional.empty();
  }

  Stream<ModelRecord> records() {
    return partitions.stream().flatMap(partition -> partition.records.stream());
  }

  TopicLog topicLog() {
    return new TopicLog(
        id,
        partitions.stream()
            .map(
                log ->
                    new TopicLog.Range(
                        log.beginning, log.beginning + log.records.size(), log.epoch))
            .toList(),
        this::cutBefore);
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
