package dev.acequia.stores.dynamodb;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.dynamodb.DynamoBatch.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A batch's records of one idempotency key, judged one after the other by the mark that is there. A
 * mark with a record's own origin is that record's.
 */
final class MarkGroup {
  private final List<Entry> entries;
  private final Set<Origin> repeats;
  private final boolean expectsDuplicates;
  private final long nowMillis;

  private final List<Entry> duplicates = new ArrayList<>();
  private final List<RowRejection> rejected = new ArrayList<>();
  private final Set<Origin> newRepeats = new HashSet<>();
  private @Nullable Mark mark;

  /**
   * A group that is not judged yet.
   *
   * @param repeats the places of records that were not stored for their keys before
   */
  MarkGroup(List<Entry> entries, Set<Origin> repeats, boolean expectsDuplicates, long nowMillis) {
    this.entries = entries;
    this.repeats = repeats;
    this.expectsDuplicates = expectsDuplicates;
    this.nowMillis = nowMillis;
  }

  String digest() {
    return key(entries.getFirst()).digest();
  }

  /**
   * Judges the records anew.
   *
   * @param there the mark in the store; null when there is none
   */
  void judge(@Nullable Mark there) {
    duplicates.clear();
    rejected.clear();
    newRepeats.clear();
    mark = there != null && there.isForgotten(nowMillis) ? null : there;
    entries.forEach(this::judge);
  }

  private void judge(Entry entry) {
    var key = key(entry);
    if ((key.replayed() || expectsDuplicates) && isRepeat(entry.place())) {
      duplicates.add(entry);
      return;
    }
    if (key.replayed()) {
      return;
    }
    var known = mark;
    if (known == null || Mark.isApart(known.pushedMillis(), key.pushedMillis())) {
      mark = new Mark(entry.origin(), key.content(), key.pushedMillis(), nowMillis);
      return;
    }
    if (known.origin().equals(entry.origin())
        || Mark.isApart(key.pushedMillis(), known.pushedMillis())) {
      return;
    }
    newRepeats.add(entry.place());
    if (known.content().equals(key.content())) {
      duplicates.add(entry);
    } else {
      rejected.add(
          new RowRejection(
              entry.row(),
              ErrorClass.IdempotencyKeyReused,
              "the idempotency key, with index %d, came with another record before"
                  .formatted(key.index())));
    }
  }

  private boolean isRepeat(Origin place) {
    return repeats.contains(place) || newRepeats.contains(place);
  }

  private static MarkedRecord key(Entry entry) {
    return Objects.requireNonNull(entry.key(), "a record without a key");
  }

  /** The mark that is to be there; null where there is none. */
  @Nullable Mark mark() {
    return mark;
  }

  /** Those that are stored already. */
  List<Entry> duplicates() {
    return duplicates;
  }

  List<RowRejection> rejected() {
    return rejected;
  }

  /** The places of those that are not stored, which a replay has to know. */
  Set<Origin> newRepeats() {
    return newRepeats;
  }
}
