package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was read from the topic since the batch before: the rows in the store's format, the records
 * they came from, those that are bad, and how far each partition advances by it.
 */
final class Batch {
  private final StoreBatch rows;
  private final RowSources records = new RowSources();
  private final List<DeadLetter> bad = new ArrayList<>();
  private final TreeMap<Integer, PartitionAdvance> advances = new TreeMap<>();
  private final Map<Integer, LogPosition> begins = new HashMap<>();
  private final Map<Integer, Lineage> lineages = new HashMap<>();
  private final Map<Integer, Long> replayedUntil = new HashMap<>();
  private int firstTimers;
  private int badFirstTimers;
  private long openedNanos;
  private long filledNanos;

  Batch(StoreBatch rows) {
    this.rows = rows;
  }

  StoreBatch rows() {
    return rows;
  }

  /** Notes where the row last added came from. */
  void addedRowOf(ConsumerRecord<ByteBuffer, ByteBuffer> record, boolean isRedriven) {
    touch();
    records.add(record);
    firstTimers += isRedriven || isReplayed(record) ? 0 : 1;
  }

  void addBad(DeadLetter letter) {
    touch();
    bad.add(letter);
    if (isFirstTimer(letter)) {
      firstTimers++;
      badFirstTimers++;
    }
  }

  /** Notes that a partition's records before an offset have been read before. */
  void replays(int partition, long until) {
    replayedUntil.put(partition, until);
    rows.expectDuplicates();
  }

  /** Whether the record has been read before, and a replay reads it again. */
  boolean isReplayed(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    return !replayedUntil.isEmpty()
        && record.offset() < replayedUntil.getOrDefault(record.partition(), 0L);
  }

  /** Whether the record is neither a dead letter that was sent back nor read before. */
  boolean isFirstTimer(DeadLetter letter) {
    return letter.redrivenFrom() == null && !isReplayed(letter.record());
  }

  /** Notes how far a partition was read. */
  void advance(PartitionState partition, LogPosition from, LogPosition to) {
    if (advances.isEmpty()) {
      openedNanos = System.nanoTime();
    }
    var begin = begins.computeIfAbsent(partition.number(), number -> from);
    lineages.put(partition.number(), partition.lineage());
    advances.put(
        partition.number(),
        new PartitionAdvance(
            partition.number(), partition.fence(), begin.offset(), to.offset(), to.leaderEpoch()));
  }

  /** In ascending order of partitions. */
  List<PartitionAdvance> advances() {
    return List.copyOf(advances.values());
  }

  /** Where the batch's part of a partition begins; empty when it has none. */
  Optional<LogPosition> beginOf(PartitionState partition) {
    return Optional.ofNullable(begins.get(partition.number()));
  }

  /** The generations of the log that a record was read from. */
  Lineage lineageOf(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    return requireNonNull(lineages.get(record.partition()));
  }

  ConsumerRecord<ByteBuffer, ByteBuffer> recordOfRow(int row) {
    return records.record(row);
  }

  List<DeadLetter> bad() {
    return bad;
  }

  /** Records in it, good and bad. */
  int size() {
    return records.rows() + bad.size();
  }

  /** Records in it that are neither dead letters sent back nor read before. */
  int firstTimers() {
    return firstTimers;
  }

  int badFirstTimers() {
    return badFirstTimers;
  }

  /** Whether there is nothing to do at all. */
  boolean isEmpty() {
    return advances.isEmpty();
  }

  /** How long its first record, or else its first advance, has been waiting. */
  long ageNanos() {
    return System.nanoTime() - (size() > 0 ? filledNanos : openedNanos);
  }

  void clear() {
    rows.clear();
    records.clear();
    bad.clear();
    replayedUntil.clear();
    firstTimers = 0;
    badFirstTimers = 0;
    advances.clear();
    begins.clear();
    lineages.clear();
  }

  private void touch() {
    if (size() == 0) {
      filledNanos = System.nanoTime();
    }
  }
}
