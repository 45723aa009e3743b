package dev.acequia.stores.position;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionClaim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The generations of the logs that were ever read, and the words that were applied. It stays when a
 * table is filled anew, so that neither a generation nor a fence comes back, and a word is not
 * applied again.
 */
public final class Ledger {
  /** Deletions before this offset are forgotten: all, since the generation's tail was lost. */
  public static final long LOST = Long.MAX_VALUE;

  /** The claims of a partition between two times that its table is filled anew are fewer. */
  private static final long FENCES = 1L << 32;

  /**
   * Up to where a log had been read when its table was found to be gone.
   *
   * @param epoch the leader's epoch of the record before that offset; null when it is not known
   */
  public record ReadBefore(long offset, @Nullable Integer epoch) {}

  /**
   * A generation of a partition's log.
   *
   * @param from its first offset
   * @param forgottenBefore the offset before which its deletions may be forgotten
   * @param readBefore null unless the table was found to be gone
   */
  public record Entry(
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

  /** What is in a ledger, in no order but that of the entries. */
  public record Document(
      List<Entry> entries, Set<AcceptedOffsets> words, Map<Integer, Integer> fills) {}

  public Ledger() {}

  /** A copy. */
  public Ledger(Ledger other) {
    entries.addAll(other.entries);
    words.addAll(other.words);
    fills.putAll(other.fills);
  }

  /** The ledger of a document. */
  public Ledger(Document document) {
    entries.addAll(document.entries());
    words.addAll(document.words());
    fills.putAll(document.fills());
  }

  /** What it knows, for a store to keep. */
  public Document document() {
    return new Document(List.copyOf(entries), Set.copyOf(words), Map.copyOf(fills));
  }

  /** The generations that a partition's log of a topic has had. */
  public Lineage lineage(int partition, UUID topicId) {
    return new Lineage(
        entries.stream()
            .filter(entry -> entry.isOf(partition, topicId))
            .map(entry -> new Lineage.Generation(entry.generation, entry.from))
            .toList());
  }

  /** The claim of a partition, for its consumer. */
  public PartitionClaim claim(int partition, Position position, String schemaHash) {
    return new PartitionClaim(
        partition,
        position.next(),
        position.epoch(),
        position.topicId(),
        lineage(partition, position.topicId()),
        position.fence(),
        schemaHash,
        position.replay());
  }

  /** What comes after all generations. */
  public int next() {
    return 1 + entries.stream().mapToInt(Entry::generation).max().orElse(0);
  }

  /**
   * Gives a partition its first generation in a topic, unless it has one: that of the topic's other
   * partitions where it can.
   *
   * @param next what comes after all that were there before this migration
   */
  public void begin(int partition, UUID topicId, int next) {
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
  public void cut(int partition, UUID topicId, int next, long from) {
    add(partition, next, topicId, from);
  }

  private void add(int partition, int generation, UUID topicId, long from) {
    entries.add(new Entry(partition, generation, topicId, from, 0, null));
  }

  /** Reading goes on at an offset; deletions before it are unknown. */
  public void goesOnAt(int partition, UUID topicId, long offset) {
    change(partition, topicId, entry -> entry.forgetting(Math.max(offset, entry.forgottenBefore)));
  }

  /**
   * The table is filled from the log's beginning: the log of the last generation is read whole;
   * what former ones lost with their tails is not read again.
   */
  public void fillAnew(int partition, UUID topicId, long beginning) {
    var last = lineage(partition, topicId).generations().getLast().number();
    change(
        partition, topicId, entry -> entry.forgetting(entry.generation == last ? beginning : LOST));
  }

  /** Deletions of a generation before an offset are forgotten from now on. */
  public void forget(Origin before) {
    entries.replaceAll(
        entry ->
            entry.partition == before.partition() && entry.generation == before.generation()
                ? entry.forgetting(Math.max(entry.forgottenBefore, before.offset()))
                : entry);
  }

  /** Deletions up to the last of these of each log are forgotten from now on. */
  public void forgetUpTo(Collection<Origin> deletions) {
    deletions.forEach(
        deletion ->
            forget(new Origin(deletion.generation(), deletion.partition(), deletion.offset() + 1)));
  }

  /** Whether deletions may be forgotten that came after a record. */
  public boolean isForgotten(Origin origin) {
    return entries.stream()
        .filter(entry -> entry.partition == origin.partition())
        .anyMatch(
            entry ->
                entry.generation == origin.generation()
                    ? entry.forgottenBefore > origin.offset()
                    : entry.generation > origin.generation() && entry.forgottenBefore > 0);
  }

  /** Whether a generation lost its tail. */
  public boolean isLost(Origin origin) {
    return entries.stream()
        .anyMatch(
            entry ->
                entry.partition == origin.partition()
                    && entry.generation == origin.generation()
                    && entry.forgottenBefore == LOST);
  }

  /** Notes up to where a log was read into a table that is gone. */
  public void noteRead(int partition, UUID topicId, ReadBefore position) {
    change(partition, topicId, entry -> entry.readUntil(position));
  }

  /** What {@link #noteRead} noted; good for one fill. */
  public @Nullable ReadBefore takeReadBefore(int partition, UUID topicId) {
    var found =
        entries.stream()
            .filter(entry -> entry.isOf(partition, topicId) && entry.readBefore != null)
            .reduce((first, second) -> second)
            .map(Entry::readBefore)
            .orElse(null);
    change(partition, topicId, entry -> entry.readUntil(null));
    return found;
  }

  /**
   * Begins a generation of each log that was read: its table is gone, and nobody knows up to where
   * it was filled.
   */
  public void beginAnew() {
    var next = next();
    entries.stream()
        .collect(Collectors.toMap(Entry::partition, Entry::topicId, (former, latter) -> latter))
        .forEach((partition, topicId) -> cut(partition, topicId, next, 0));
  }

  private void change(int partition, UUID topicId, UnaryOperator<Entry> change) {
    entries.replaceAll(entry -> entry.isOf(partition, topicId) ? change.apply(entry) : entry);
  }

  /** Whether a word was applied. */
  public boolean knows(AcceptedOffsets word) {
    return words.contains(word);
  }

  /** Notes that a word was applied. */
  public void note(AcceptedOffsets word) {
    words.add(word);
  }

  /** The fence of a position that is made: no claim has had it, nor one after it. */
  public long fence(int partition) {
    return (fills.merge(partition, 1, Integer::sum) - 1) * FENCES;
  }
}
