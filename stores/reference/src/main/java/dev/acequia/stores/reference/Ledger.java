package dev.acequia.stores.reference;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Origin;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The generations of the logs that were ever read, and the words that were applied. It stays when a
 * table is filled anew, so that neither a generation nor a fence comes back, and a word is not
 * applied again.
 */
final class Ledger {
  /** Deletions before this offset are forgotten: all, since the generation's tail was lost. */
  static final long LOST = Long.MAX_VALUE;

  /** The claims of a partition between two times that its table is filled anew are fewer. */
  private static final long FENCES = 1L << 32;

  /** Up to where a log had been read when its table was found to be gone. */
  record ReadBefore(long offset, @Nullable Integer epoch) {}

  private record Entry(
      int partition,
      int generation,
      UUID topicId,
      long from,
      long forgottenBefore,
      @Nullable ReadBefore readBefore) {
    boolean isOf(int otherPartition, UUID otherTopic) {
      return partition == otherPartition && topicId.equals(otherTopic);
    }

    Entry forgetting(long before) {
      return new Entry(partition, generation, topicId, from, before, readBefore);
    }

    Entry readUntil(@Nullable ReadBefore position) {
      return new Entry(partition, generation, topicId, from, forgottenBefore, position);
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Set<AcceptedOffsets> words = new HashSet<>();
  private final Map<Integer, Integer> fills = new HashMap<>();

  Ledger() {}

  Ledger(Ledger other) {
    entries.addAll(other.entries);
    words.addAll(other.words);
    fills.putAll(other.fills);
  }

  Lineage lineage(int partition, UUID topicId) {
    return new Lineage(
        entries.stream()
            .filter(entry -> entry.isOf(partition, topicId))
            .map(entry -> new Lineage.Generation(entry.generation, entry.from))
            .toList());
  }

  /** What comes after all generations. */
  int next() {
    return 1 + entries.stream().mapToInt(Entry::generation).max().orElse(0);
  }

  /**
   * Gives a partition its first generation in a topic, unless it has one: that of the topic's other
   * partitions where it can.
   *
   * @param next what comes after all that were there before this migration
   */
  void begin(int partition, UUID topicId, int next) {
    if (entries.stream().anyMatch(entry -> entry.isOf(partition, topicId))) {
      return;
    }
    var first =
        entries.stream()
            .filter(entry -> entry.topicId.equals(topicId))
            .mapToInt(Entry::generation)
            .min()
            .orElse(next);
    var own =
        entries.stream()
            .filter(entry -> entry.partition == partition)
            .mapToInt(Entry::generation)
            .max()
            .orElse(0);
    add(partition, own < first ? first : next, topicId, 0);
  }

  /** Begins a generation of a log that was cut. */
  void cut(int partition, UUID topicId, int next, long from) {
    add(partition, next, topicId, from);
  }

  private void add(int partition, int generation, UUID topicId, long from) {
    entries.add(new Entry(partition, generation, topicId, from, 0, null));
  }

  /** Reading goes on at an offset; deletions before it are unknown. */
  void goesOnAt(int partition, UUID topicId, long offset) {
    change(partition, topicId, entry -> entry.forgetting(Math.max(offset, entry.forgottenBefore)));
  }

  /**
   * The table is filled from the log's beginning: the log of the last generation is read whole;
   * what former ones lost with their tails is not read again.
   */
  void fillAnew(int partition, UUID topicId, long beginning) {
    var last = lineage(partition, topicId).generations().getLast().number();
    change(
        partition, topicId, entry -> entry.forgetting(entry.generation == last ? beginning : LOST));
  }

  /** Deletions of a generation before an offset are forgotten from now on. */
  void forget(Origin before) {
    entries.replaceAll(
        entry ->
            entry.partition == before.partition() && entry.generation == before.generation()
                ? entry.forgetting(Math.max(entry.forgottenBefore, before.offset()))
                : entry);
  }

  /** Whether deletions may be forgotten that came after a record. */
  boolean isForgotten(Origin origin) {
    return entries.stream()
        .filter(entry -> entry.partition == origin.partition())
        .anyMatch(
            entry ->
                entry.generation == origin.generation()
                    ? entry.forgottenBefore > origin.offset()
                    : entry.generation > origin.generation() && entry.forgottenBefore > 0);
  }

  /** Whether a generation lost its tail. */
  boolean isLost(Origin origin) {
    return entries.stream()
        .anyMatch(
            entry ->
                entry.partition == origin.partition()
                    && entry.generation == origin.generation()
                    && entry.forgottenBefore == LOST);
  }

  void noteRead(int partition, UUID topicId, ReadBefore position) {
    change(partition, topicId, entry -> entry.readUntil(position));
  }

  /** What {@link #noteRead} noted; good for one fill. */
  @Nullable ReadBefore takeReadBefore(int partition, UUID topicId) {
    var found =
        entries.stream()
            .filter(entry -> entry.isOf(partition, topicId) && entry.readBefore != null)
            .reduce((first, second) -> second)
            .map(Entry::readBefore)
            .orElse(null);
    change(partition, topicId, entry -> entry.readUntil(null));
    return found;
  }

  private void change(int partition, UUID topicId, UnaryOperator<Entry> change) {
    entries.replaceAll(entry -> entry.isOf(partition, topicId) ? change.apply(entry) : entry);
  }

  boolean knows(AcceptedOffsets word) {
    return words.contains(word);
  }

  void note(AcceptedOffsets word) {
    words.add(word);
  }

  /** The fence of a position that is made: no claim has had it, nor one after it. */
  long fence(int partition) {
    return (fills.merge(partition, 1, Integer::sum) - 1) * FENCES;
  }
}
