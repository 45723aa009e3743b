package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.StoreBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was read from the topic since the batch before: the rows in the store's format, the records
 * they came from, those that are bad, and how far each partition advances by it.
 */
final class Batch {
  /** A batch this large is written as soon as the one before is. */
  private static final long FULL_BYTES = 4 << 20;

  /**
   * One whose records hold this much is too, however little of them goes into rows: of fields that
   * the schema drops nothing does, and of bad records neither.
   */
  private static final long FULL_HELD_BYTES = 12 << 20;

  private final StoreBatch rows;
  private final RowSources records = new RowSources();
  private final List<DeadLetter> bad = new ArrayList<>();
  private final TreeMap<Integer, PartitionAdvance> advances = new TreeMap<>();
  private final Map<Integer, LogPosition> begins = new HashMap<>();
  private final Map<Integer, Lineage> lineages = new HashMap<>();
  private final Map<Integer, Long> replayedUntil = new HashMap<>();

  /** Partitions that a person's word took back. */
  private final Set<Integer> accepted = new HashSet<>();

  private final HeldBytes held = new HeldBytes();
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

  /** Notes where the row last added came from, a record with so many headers. */
  void addedRowOf(ConsumerRecord<ByteBuffer, ByteBuffer> record, int headers, boolean isRedriven) {
    touch();
    records.add(record, headers > 0);
    hold(record, headers);
    firstTimers += isRedriven || isReplayed(record) ? 0 : 1;
  }

  void addBad(DeadLetter letter) {
    touch();
    bad.add(letter);
    held.add(letter.record());
    if (isFirstTimer(letter)) {
      firstTimers++;
      badFirstTimers++;
    }
  }

  /** Notes that a partition's records before an offset are read again. */
  void replays(int partition, PartitionReplay replay) {
    replayedUntil.put(partition, replay.until());
    if (replay.accepted()) {
      accepted.add(partition);
    }
    rows.expectDuplicates();
  }

  /** Whether the record has been read before, and a replay reads it again. */
  boolean isReplayed(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    return !replayedUntil.isEmpty()
        && record.offset() < replayedUntil.getOrDefault(record.partition(), 0L);
  }

  /** Whether the store has judged the record: what an earlier word passed over, it has not. */
  boolean isJudged(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    return isReplayed(record) && !accepted.contains(record.partition());
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

  /** Whether it shall not grow. */
  boolean isFull() {
    return rows.bytes() >= FULL_BYTES || held.bytes() >= FULL_HELD_BYTES;
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
    held.clear();
    replayedUntil.clear();
    accepted.clear();
    firstTimers = 0;
    badFirstTimers = 0;
    advances.clear();
    begins.clear();
    lineages.clear();
  }

  private void hold(ConsumerRecord<ByteBuffer, ByteBuffer> record, int headers) {
    held.add(record.key());
    held.add(record.value());
    held.addHeaders(headers);
  }

  private void touch() {
    if (size() == 0) {
      filledNanos = System.nanoTime();
    }
  }
}
