package dev.acequia.stores;

import java.util.Comparator;
import java.util.List;

/**
 * The generations that a partition's log of one topic has had. A log begins a new generation where
 * it was cut: from there on, other records stand at the offsets of those that are gone. So the
 * generation of an offset is the last one that begins at it or before; what stands before the
 * latest cut keeps the generation that it was first read under.
 *
 * @param generations at least one, in ascending order of their numbers
 */
public record Lineage(List<Generation> generations) {
  /**
   * One generation.
   *
   * @param number greater than those before it
   * @param from its first offset
   */
  public record Generation(int number, long from) {}

  public Lineage {
    generations = generations.stream().sorted(Comparator.comparingInt(Generation::number)).toList();
    if (generations.isEmpty()) {
      throw new IllegalArgumentException("a log has one generation at least");
    }
  }

  /** The lineage of a log that was never cut. */
  public static Lineage of(int generation) {
    return new Lineage(List.of(new Generation(generation, 0)));
  }

  /** The generation of the record at an offset. */
  public int at(long offset) {
    var last = generations.getLast();
    return offset >= last.from() ? last.number() : before(offset);
  }

  private int before(long offset) {
    for (var i = generations.size() - 2; i > 0; i--) {
      if (offset >= generations.get(i).from()) {
        return generations.get(i).number();
      }
    }
    return first();
  }

  /** The number of the first: that of all records before any cut. */
  public int first() {
    return generations.getFirst().number();
  }

  /** Whether a record of a generation can have stood at an offset. */
  public boolean canHaveHeld(int generation, long offset) {
    return generations.stream()
        .anyMatch(each -> each.number() == generation && offset >= each.from());
  }
}
