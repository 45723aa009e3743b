package dev.acequia.stores.reference;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.reference.Content.Deletion;
import dev.acequia.stores.reference.Content.Mark;
import dev.acequia.stores.reference.Content.StoredRow;
import dev.acequia.stores.reference.ReferenceBatch.Entry;
import dev.acequia.stores.reference.ReferenceBatch.Marked;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One batch on its way into a table. */
final class Load {
  /** Records whose pushes came further apart are two, whatever their keys. */
  private static final Duration APART = Duration.ofHours(25);

  private static final Comparator<Origin> AGE =
      Comparator.comparingInt(Origin::generation).thenComparingLong(Origin::offset);

  private final Content content;
  private final ReferenceBatch batch;
  private final Instant now;
  private final Set<Integer> duplicates = new HashSet<>();
  private final List<RowRejection> rejected = new ArrayList<>();

  Load(Content content, ReferenceBatch batch, Instant now) {
    this.content = content;
    this.batch = batch;
    this.now = now;
  }

  List<RowRejection> rejected() {
    return rejected;
  }

  WriteResult result() {
    return new WriteResult.Stored(
        batch.rows() - duplicates.size() - rejected.size(), duplicates.size(), rejected.size());
  }

  void run() {
    var pending = batch.entries().stream().filter(entry -> !isRepeat(entry)).toList();
    pending = without(pending, this::judgeRedriven);
    pending = without(pending, this::refuse);
    if (content.key.isEmpty()) {
      for (var entry : pending) {
        if (content.rows.putIfAbsent(entry.origin(), row(entry)) != null) {
          duplicates.add(entry.row());
        }
      }
    } else {
      newestOfKeys(pending).forEach(this::merge);
    }
  }

  /** Judges entries by what there was before the batch. */
  private interface Judge {
    @Nullable RowRejection judge(Entry entry);
  }

  private List<Entry> without(List<Entry> entries, Judge judge) {
    var kept = new ArrayList<Entry>();
    for (var entry : entries) {
      var rejection = judge.judge(entry);
      if (rejection == null) {
        kept.add(entry);
      } else {
        rejected.add(rejection);
      }
    }
    return kept;
  }

  /** Whether the entry is not to be stored for its idempotency key, which is then said. */
  private boolean isRepeat(Entry entry) {
    var mark = entry.mark();
    if (mark == null) {
      return false;
    }
    if ((mark.replayed() || batch.expectsDuplicates()) && content.dropped.contains(entry.place())) {
      duplicates.add(entry.row());
      return true;
    }
    if (mark.replayed()) {
      return false;
    }
    var known = content.marks.get(mark.key());
    if (known == null || isApart(known.pushedMillis(), mark.pushedMillis())) {
      content.marks.put(
          mark.key(), new Mark(entry.origin(), mark.content(), mark.pushedMillis(), now));
      return false;
    }
    if (known.origin().equals(entry.origin())
        || isApart(mark.pushedMillis(), known.pushedMillis())) {
      return false;
    }
    content.dropped.add(entry.place());
    if (known.content().equals(mark.content())) {
      duplicates.add(entry.row());
    } else {
      rejected.add(reused(entry, mark));
    }
    return true;
  }

  private static RowRejection reused(Entry entry, Marked mark) {
    return new RowRejection(
        entry.row(),
        ErrorClass.IdempotencyKeyReused,
        "the idempotency key, with index %s, came with another record before"
            .formatted(mark.key().getLast()));
  }

  private static boolean isApart(@Nullable Long earlier, @Nullable Long later) {
    return earlier != null && later != null && later - APART.toMillis() > earlier;
  }

  /**
   * A record that is sent back may have been deleted by a deletion that is forgotten. A newer row
   * or deletion of its key and partition decides; an older one too, unless its generation lost its
   * tail.
   */
  private @Nullable RowRejection judgeRedriven(Entry entry) {
    if (content.key.isEmpty()
        || !entry.redriven()
        || entry.deletes()
        || !content.ledger().isForgotten(entry.origin())) {
      return null;
    }
    var key = key(entry);
    var row = content.rows.get(key);
    var deletion = content.deletions.get(key);
    return decides(row == null ? null : row.origin(), entry.origin())
            || decides(deletion == null ? null : deletion.origin(), entry.origin())
        ? null
        : new RowRejection(
            entry.row(),
            ErrorClass.DeletionForgotten,
            "its key may have been deleted after it was put aside");
  }

  private boolean decides(@Nullable Origin known, Origin redriven) {
    return known != null
        && known.partition() == redriven.partition()
        && (AGE.compare(known, redriven) > 0 || !content.ledger().isLost(redriven));
  }

  private @Nullable RowRejection refuse(Entry entry) {
    return content.refusals.stream()
        .filter(refusal -> refusal.text().equals(entry.values().get(refusal.field())))
        .findFirst()
        .map(refusal -> new RowRejection(entry.row(), "'" + refusal.field() + "' is refused"))
        .orElse(null);
  }

  /** By key: the one of the latest generation, and there with the highest offset. */
  private Map<Object, Entry> newestOfKeys(List<Entry> entries) {
    var order = Comparator.comparing(Entry::origin, AGE.thenComparingInt(Origin::partition));
    var newest = new HashMap<Object, Entry>();
    for (var entry : entries) {
      newest.merge(key(entry), entry, (one, other) -> order.compare(other, one) >= 0 ? other : one);
    }
    return newest;
  }

  private void merge(Object key, Entry entry) {
    var origin = entry.origin();
    var row = content.rows.get(key);
    var deletion = content.deletions.get(key);
    var mayReplace = row == null || isNotNewer(row.origin(), origin);
    if (!entry.deletes()) {
      var isDeletedSince =
          deletion != null
              && deletion.origin().partition() == origin.partition()
              && AGE.compare(deletion.origin(), origin) > 0;
      if (mayReplace && !isDeletedSince) {
        content.rows.put(key, row(entry));
      }
      return;
    }
    if (mayReplace) {
      content.rows.remove(key);
    }
    // One that was sent back would hide that a newer one is forgotten.
    var hides =
        entry.redriven()
            && content.ledger().isForgotten(origin)
            && (deletion == null || deletion.origin().partition() != origin.partition());
    if (!hides && (deletion == null || isNotNewer(deletion.origin(), origin))) {
      content.deletions.put(key, new Deletion(origin, now));
    }
  }

  /** Whether what is there is not newer than what comes; partitions have no order. */
  private static boolean isNotNewer(Origin there, Origin coming) {
    return there.partition() != coming.partition() || AGE.compare(there, coming) <= 0;
  }

  private Object key(Entry entry) {
    return Values.key(content.key.stream().map(entry.values()::get).toList());
  }

  private static StoredRow row(Entry entry) {
    return new StoredRow(entry.values(), entry.origin());
  }
}
