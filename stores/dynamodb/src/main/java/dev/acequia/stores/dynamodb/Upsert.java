package dev.acequia.stores.dynamodb;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.DynamoBatch.Entry;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.position.Ledger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a batch does to keys: of each, the newest record or deletion goes to the table. Only what
 * was sent back is compared with the table here; for all else the conditions of the writes do that.
 */
final class Upsert {
  private static final Comparator<Origin> AGE =
      Comparator.comparingInt(Origin::generation).thenComparingLong(Origin::offset);

  private static final Comparator<Origin> NEWEST_LAST = AGE.thenComparingInt(Origin::partition);

  private static final List<String> SEEN =
      List.of(
          Attributes.HASH,
          Attributes.RANGE,
          Attributes.GENERATION,
          Attributes.PARTITION,
          Attributes.OFFSET,
          Attributes.DELETED);

  private final List<Entry> puts = new ArrayList<>();
  private final List<Entry> removals = new ArrayList<>();
  private final List<RowRejection> rejected = new ArrayList<>();
  private final Map<Map<String, AttributeValue>, Seen> there = new HashMap<>();

  /** What the table has of a key. */
  private record Seen(Origin origin, boolean deleted) {
    /** Whether it is newer than a record, as far as they compare. */
    boolean isNewer(Origin record) {
      return origin.partition() == record.partition() && AGE.compare(origin, record) > 0;
    }
  }

  /** The ledger, which is asked for after the items were read. */
  @FunctionalInterface
  interface LedgerNow {
    Ledger read() throws StoreUnavailableException;
  }

  /**
   * Judges entries.
   *
   * @param ledger read after the items: who forgets a deletion says so there before
   */
  Upsert(List<Entry> entries, Batches batches, String table, LedgerNow ledger)
      throws StoreUnavailableException {
    var redriven = entries.stream().filter(Entry::redriven).map(Upsert::key).distinct().toList();
    if (redriven.isEmpty()) {
      puts.addAll(newest(entries));
      return;
    }
    for (var item : batches.get(table, redriven, SEEN)) {
      // Somebody else's is older than every record.
      if (ItemOrigin.isIn(item)) {
        there.put(
            ItemKeys.of(item), new Seen(ItemOrigin.of(item), item.containsKey(Attributes.DELETED)));
      }
    }
    judge(entries, ledger.read());
  }

  private void judge(List<Entry> entries, Ledger ledger) {
    var judged = new ArrayList<Entry>();
    for (var entry : entries) {
      if (entry.redriven()
          && !entry.deletes()
          && ledger.isForgotten(entry.origin())
          && !decides(there.get(key(entry)), entry.origin(), ledger)) {
        rejected.add(
            new RowRejection(
                entry.row(),
                ErrorClass.DeletionForgotten,
                "its key may have been deleted after it was put aside"));
      } else if (!isLate(entry)) {
        judged.add(entry);
      }
    }
    for (var entry : newest(judged)) {
      if (wouldHide(entry, ledger)) {
        removals.add(entry);
      } else {
        puts.add(entry);
      }
    }
  }

  /**
   * Whether something newer was seen. The record is left out here, since that may be a deletion
   * that is forgotten before the record would be written.
   */
  private boolean isLate(Entry entry) {
    var seen = there.get(key(entry));
    return entry.redriven() && seen != null && seen.isNewer(entry.origin());
  }

  private static Map<String, AttributeValue> key(Entry entry) {
    return ItemKeys.of(entry.item());
  }

  /** The newest of each key: of the latest generation, and there with the highest offset. */
  private static List<Entry> newest(List<Entry> entries) {
    var newest = new HashMap<Map<String, AttributeValue>, Entry>();
    for (var entry : entries) {
      newest.merge(
          key(entry),
          entry,
          (one, other) -> NEWEST_LAST.compare(other.origin(), one.origin()) >= 0 ? other : one);
    }
    return List.copyOf(newest.values());
  }

  /**
   * Whether what is there tells that a record was not deleted since: what is newer does, and what
   * is older too, unless its generation lost its tail.
   */
  private static boolean decides(@Nullable Seen seen, Origin redriven, Ledger ledger) {
    return seen != null
        && seen.origin.partition() == redriven.partition()
        && (seen.isNewer(redriven) || !ledger.isLost(redriven));
  }

  /** Whether a deletion that was sent back would hide that a newer one is forgotten. */
  private boolean wouldHide(Entry entry, Ledger ledger) {
    if (!entry.redriven() || !entry.deletes() || !ledger.isForgotten(entry.origin())) {
      return false;
    }
    var seen = there.get(key(entry));
    return seen == null || !seen.deleted || seen.origin.partition() != entry.origin().partition();
  }

  /** What goes to the table, if nothing newer is there. */
  List<Entry> puts() {
    return puts;
  }

  /** Deletions that remove a row, if it is not newer, and are not remembered. */
  List<Entry> removals() {
    return removals;
  }

  List<RowRejection> rejected() {
    return rejected;
  }
}
