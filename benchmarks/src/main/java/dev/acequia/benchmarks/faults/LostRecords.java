package dev.acequia.benchmarks.faults;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records that Kafka acknowledged and lost since. Those that were stored before have had their
 * effect; nobody takes it back.
 */
final class LostRecords {
  /**
   * One that was there.
   *
   * @param key of upsert mode
   * @param id null for a deletion
   * @param stored whether it was stored before it was lost
   */
  record Lost(
      int partition, long offset, @Nullable Integer key, @Nullable Long id, boolean stored) {
    boolean isAt(int otherPartition, long otherOffset, long otherId) {
      return partition == otherPartition && offset == otherOffset && id != null && id == otherId;
    }
  }

  /** One partition's log was cut, and what came from there on was lost. */
  record Cut(int partition, long from) {}

  /** More than the cuts of one topic. */
  private static final int CUTS = 1_000_000;

  private final List<Cut> cuts = new ArrayList<>();
  private final List<Lost> records = new ArrayList<>();
  private final List<Integer> cutsBefore = new ArrayList<>();
  private final BitSet ids = new BitSet();
  private int former;

  /** A log was cut at the first of these, which are one partition's. */
  void add(List<Lost> lost) {
    var first = lost.getFirst();
    for (var one : lost) {
      records.add(one);
      cutsBefore.add(generation(one.partition(), one.offset()));
      if (one.id() != null) {
        ids.set(one.id().intValue());
      }
    }
    cuts.add(new Cut(first.partition(), first.offset()));
  }

  /** The ids of all of them. */
  BitSet ids() {
    return (BitSet) ids.clone();
  }

  /** Whether a row is the effect of one of them. */
  boolean hasStored(int partition, long offset, long id) {
    return ids.get((int) id)
        && records.stream().anyMatch(one -> one.stored() && one.isAt(partition, offset, id));
  }

  /**
   * What tells the log's lives apart: it grows by each cut before what stands at that offset now,
   * and by more with each topic.
   */
  int generation(int partition, long offset) {
    return former
        + (int)
            cuts.stream()
                .filter(cut -> cut.partition() == partition && cut.from() <= offset)
                .count();
  }

  /** The topic was made again, with logs that nobody has cut. */
  void forgetCuts() {
    cuts.clear();
    former += CUTS;
  }

  /** What hears of the records that were stored, each with how often its log was cut before it. */
  interface Hears {
    void hear(Lost lost, int generation);
  }

  void forEachStored(Hears hears) {
    for (var i = 0; i < records.size(); i++) {
      if (records.get(i).stored()) {
        hears.hear(records.get(i), cutsBefore.get(i));
      }
    }
  }
}
