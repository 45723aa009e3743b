package dev.acequia.stores.bigquery;

import com.google.protobuf.ByteString;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import dev.acequia.stores.bigquery.StoredKeys.Seen;
import dev.acequia.stores.position.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a batch does to keys: of each, the newest record or deletion goes to the table. Only what
 * was sent back is compared with the table here; for all else the order of changes does that.
 *
 * @param entries those that may go to the table, older ones of a key too
 * @param removals rows of deletions that are not remembered
 */
record Keys(List<Entry> entries, Set<Integer> removals, List<RowRejection> rejected) {
  private static final Comparator<Origin> AGE =
      Comparator.comparingInt(Origin::generation).thenComparingLong(Origin::offset);

  private static final Comparator<Origin> NEWEST_LAST = AGE.thenComparingInt(Origin::partition);

  /** The ledger, which is asked for after the rows were read. */
  @FunctionalInterface
  interface LedgerNow {
    Ledger read() throws StoreUnavailableException;
  }

  /**
   * Judges entries.
   *
   * @param ledger read after the rows: who forgets a deletion says so there before
   */
  static Keys of(List<Entry> entries, StoredKeys stored, LedgerNow ledger)
      throws StoreUnavailableException {
    var redriven =
        entries.stream().filter(Entry::redriven).map(Entry::identity).distinct().toList();
    if (redriven.isEmpty()) {
      return new Keys(entries, Set.of(), List.of());
    }
    var there = stored.find(redriven);
    return judge(entries, there, ledger.read());
  }

  private static Keys judge(List<Entry> entries, Map<ByteString, Seen> there, Ledger ledger) {
    var rejected = new ArrayList<RowRejection>();
    var judged = new ArrayList<Entry>();
    var removals = new HashSet<Integer>();
    for (var entry : entries) {
      var seen = there.get(entry.identity());
      if (!entry.redriven()) {
        judged.add(entry);
      } else if (!entry.deletes()
          && ledger.isForgotten(entry.origin())
          && (seen == null || (!isNewer(seen, entry) && ledger.isLost(entry.origin())))) {
        rejected.add(
            new RowRejection(
                entry.row(),
                ErrorClass.DeletionForgotten,
                "its key may have been deleted after it was put aside"));
      } else if (seen == null || !isNewer(seen, entry)) {
        judged.add(entry);
        if (wouldHide(entry, seen, ledger)) {
          removals.add(entry.row());
        }
      }
      // Something newer was seen: that may be a deletion that is forgotten before this is written.
    }
    return new Keys(List.copyOf(judged), Set.copyOf(removals), List.copyOf(rejected));
  }

  private static boolean isNewer(Seen seen, Entry entry) {
    return AGE.compare(seen.origin(), entry.origin()) > 0;
  }

  /** Whether a deletion that was sent back would hide that a newer one is forgotten. */
  private static boolean wouldHide(Entry entry, @Nullable Seen seen, Ledger ledger) {
    return entry.deletes()
        && ledger.isForgotten(entry.origin())
        && (seen == null || !seen.deleted());
  }

  /** The newest of each key: of the latest generation, and there with the highest offset. */
  List<Entry> newest() {
    var newest = new LinkedHashMap<ByteString, Entry>();
    for (var entry : entries) {
      newest.merge(
          entry.identity(),
          entry,
          (one, other) -> NEWEST_LAST.compare(other.origin(), one.origin()) >= 0 ? other : one);
    }
    return List.copyOf(newest.values());
  }

  /** Whether an entry removes a row, if it is not newer, and is not remembered. */
  boolean leavesNothing(Entry entry) {
    return removals.contains(entry.row());
  }

  /** The same without some rows. */
  Keys without(Set<Integer> rows) {
    return new Keys(
        entries.stream().filter(entry -> !rows.contains(entry.row())).toList(), removals, rejected);
  }
}
