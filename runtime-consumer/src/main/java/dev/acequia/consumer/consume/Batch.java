package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.contract.StoreTraits;
import dev.acequia.stores.Arrival;
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
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What was read from the topic since the batch before: the rows in the store's format, the records
 * that some of them came from, those that are bad, and how far each partition advances by it.
 */
final class Batch {
  /**
   * A batch whose records hold this much is written as soon as the one before is, however little of
   * them goes into rows: of fields that the schema drops nothing does, and of bad records neither.
   */
  private static final long FULL_HELD_BYTES = 12 << 20;

  private final StoreBatch rows;
  private final StoreTraits traits;
  private final LongSupplier nanoTime;
  private final RowSources records = new RowSources();
  private final List<DeadLetter> bad = new ArrayList<>();
  private final TreeMap<Integer, PartitionAdvance> advances = new TreeMap<>();
  private final Map<Integer, LogPosition> begins = new HashMap<>();
  private final Map<Integer, Lineage> lineages = new HashMap<>();
  private final Map<Integer, Long> replayedUntil = new HashMap<>();

  /** Partitions that a person's word took back. */
  private final Set<Integer> accepted = new HashSet<>();

  private final HeldBytes held = new HeldBytes();
  private final TimeSample times = new TimeSample();
  private int added;
  private int firstTimers;
  private int badFirstTimers;
  private long openedNanos;
  private long filledNanos;

  Batch(StoreBatch rows, StoreTraits traits, LongSupplier nanoTime) {
    this.rows = rows;
    this.traits = traits;
    this.nanoTime = nanoTime;
  }

  StoreBatch rows() {
    return rows;
  }

  /** Notes where the row last added came from, a record with so many headers. */
  void addedRowOf(ConsumerRecord<ByteBuffer, ByteBuffer> record, int headers, Arrival arrival) {
    touch();
    if (traits.refusesRows()) {
      records.add(added, record, headers > 0);
      hold(record, headers);
    } else if (arrival.key() != null || arrival.isRedriven()) {
      var own = OwnRecord.of(record);
      records.add(added, own, headers > 0);
      held.addOwn(own);
    }
    added++;
    if (!isReplayed(record)) {
      times.add(record.timestamp());
      firstTimers += arrival.isRedriven() ? 0 : 1;
    }
  }

  void addBad(DeadLetter read) {
    touch();
    var letter = traits.refusesRows() ? read : read.with(OwnRecord.of(read.record()));
    bad.add(letter);
    if (traits.refusesRows()) {
      held.add(letter.record());
    } else {
      held.addOwn(letter.record());
    }
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
      openedNanos = nanoTime.getAsLong();
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

  /** The record of a row that the store refuses. */
  ConsumerRecord<ByteBuffer, ByteBuffer> recordOfRow(int row) {
    return records.record(row);
  }

  List<DeadLetter> bad() {
    return bad;
  }

  /**
   * When some of its rows' records came, of those not read before; in milliseconds of the epoch.
   */
  LongStream times() {
    return times.times();
  }

  /** Records in it, good and bad. */
  int size() {
    return added + bad.size();
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
    return rows.bytes() >= traits.batchBytes() || held.bytes() >= FULL_HELD_BYTES;
  }

  /** Whether there is nothing to do at all. */
  boolean isEmpty() {
    return advances.isEmpty();
  }

  /** How long its first record, or else its first advance, has been waiting. */
  long ageNanos() {
    return nanoTime.getAsLong() - (size() > 0 ? filledNanos : openedNanos);
  }

  void clear() {
    rows.clear();
    records.clear();
    bad.clear();
    held.clear();
    times.clear();
    added = 0;
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
      filledNanos = nanoTime.getAsLong();
    }
  }
}
