package dev.acequia.local.cli.letters;

import dev.acequia.contract.record.SourceCoordinates;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters that a filter describes, in the order in which they stand, each record once.
 *
 * @param repeats letters left out, since a later one is about the same record
 * @param beyondLimit letters left out for the filter's limit
 */
public record Selection(List<Entry> entries, long repeats, long beyondLimit) {
  public Selection {
    entries = List.copyOf(entries);
  }

  /**
   * One letter's place.
   *
   * @param source where the record stood; null when nothing says so
   * @param isLeftOut whether the record itself was too large to be kept
   */
  public record Entry(
      int partition,
      long offset,
      String errorClass,
      @Nullable SourceCoordinates source,
      boolean isLeftOut) {}

  /** How many there are of each class of errors. */
  public Map<String, Long> byErrorClass() {
    var counts = new TreeMap<String, Long>();
    entries.forEach(entry -> counts.merge(entry.errorClass(), 1L, Long::sum));
    return counts;
  }
}
