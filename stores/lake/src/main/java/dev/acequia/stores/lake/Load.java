package dev.acequia.stores.lake;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.lake.LakeBatch.Marked;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.HasTableOperations;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a batch does to the table as of one snapshot: which rows are stored, which are
 * replaced, and what is to be remembered.
 */
final class Load {
  /** Records whose pushes came further apart are two, whatever their keys. */
  private static final Duration APART = Duration.ofHours(25);

  private static final Comparator<Origin> AGE =
      Comparator.comparingInt(Origin::generation).thenComparingLong(Origin::offset);

  private static final Comparator<Origin> NEWEST_LAST = AGE.thenComparingInt(Origin::partition);

  private final TableState state;
  private final KnownNotes known;
  private final LakeBatch batch;
  private final StoredRows table;
  private final boolean upserts;
  private final long serial;
  private final long nowMillis;

  private int duplicates;
  private final List<RowRejection> rejected = new ArrayList<>();
  private final BitSet stored = new BitSet();
  private final List<StoredRow> replaced = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();
  private final Map<ByteBuffer, Note> marks = new HashMap<>();
  private final Set<Origin> repeats = new HashSet<>();

  Load(
      TableState state,
      KnownNotes known,
      LakeBatch batch,
      StoredRows table,
      boolean upserts,
      long nowMillis) {
    this.state = state;
    this.known = known;
    this.batch = batch;
    this.table = table;
    this.upserts = upserts;
    this.nowMillis = nowMillis;
    serial = serial(state);
  }

  /** Greater than the serial of every note, also after a rollback of main. */
  private static long serial(TableState state) {
    return ((HasTableOperations) state.table()).operations().current().lastSequenceNumber() + 1;
  }

  List<RowRejection> rejected() {
    return rejected;
  }

  /** The rows of the batch that become rows of the table. */
  BitSet stored() {
    return stored;
  }

  /** The rows of the table that are no more. */
  List<StoredRow> replaced() {
    return replaced;
  }

  /** What is to be remembered. */
  List<Note> notes() {
    return notes;
  }

  WriteResult result() {
    return new WriteResult.Stored(
        batch.rows() - duplicates - rejected.size(), duplicates, rejected.size());
  }

  void run() {
    var pending = new BitSet();
    pending.set(0, batch.rows());
    batch
        .marks()
        .forEach(
            (row, mark) -> {
              if (isNotStored(row, mark)) {
                pending.clear(row);
              }
            });
    if (upserts) {
      upsert(pending);
    } else {
      append(pending);
    }
    notes.addAll(marks.values());
  }

  /** Whether the row is not to be stored for its idempotency key, which is then said. */
  private boolean isNotStored(int row, Marked mark) {
    var place = batch.place(row);
    if ((mark.replayed() || batch.expectsDuplicates()) && isRepeat(place)) {
      duplicates++;
      return true;
    }
    if (mark.replayed()) {
      return false;
    }
    var there = mark(mark.key());
    if (there == null || isApart(there.pushedMillis(), mark.pushedMillis())) {
      marks.put(
          mark.key(),
          note(Note.Kind.MARK, batch.origin(row), mark.key(), mark.content(), mark.pushedMillis()));
      return false;
    }
    if (there.origin().equals(batch.origin(row))
        || isApart(mark.pushedMillis(), there.pushedMillis())) {
      return false;
    }
    if (!isRepeat(place)) {
      repeats.add(place);
      notes.add(note(Note.Kind.REPEAT, place, Note.NOTHING, Note.NOTHING, null));
    }
    if (there.hasContent(mark.content())) {
      duplicates++;
    } else {
      rejected.add(
          new RowRejection(
              row,
              ErrorClass.IdempotencyKeyReused,
              "the idempotency key, with index %s, came with another record before"
                  .formatted(mark.index())));
    }
    return true;
  }

  /** The mark of a key in this batch or an earlier one; null when there is none. */
  private KnownNotes.@Nullable Mark mark(ByteBuffer digest) {
    var own = marks.get(digest);
    return own == null ? known.mark(digest) : KnownNotes.Mark.of(own);
  }

  private boolean isRepeat(Origin place) {
    return repeats.contains(place) || known.isRepeat(place);
  }

  private static boolean isApart(@Nullable Long earlier, @Nullable Long later) {
    return earlier != null && later != null && later - APART.toMillis() > earlier;
  }

  private Note note(
      Note.Kind kind,
      Origin origin,
      ByteBuffer key,
      ByteBuffer content,
      @Nullable Long pushedMillis) {
    return new Note(kind, serial, origin, key, content, pushedMillis, nowMillis);
  }

  /** Only records that may have been read before are looked for. */
  private void append(BitSet pending) {
    stored.or(pending);
    if (!batch.expectsDuplicates() && !batch.hasRedriven()) {
      return;
    }
    var suspects = new HashSet<Origin>();
    pending.stream().filter(this::isSuspect).mapToObj(batch::origin).forEach(suspects::add);
    var found = table.origins(suspects);
    pending.stream()
        .filter(this::isSuspect)
        .filter(row -> !found.add(batch.origin(row)))
        .forEach(
            row -> {
              stored.clear(row);
              duplicates++;
            });
  }

  private boolean isSuspect(int row) {
    return batch.expectsDuplicates() || batch.isRedriven(row);
  }

  private void upsert(BitSet pending) {
    var keys = new ByteBuffer[batch.rows()];
    var any = new HashMap<ByteBuffer, Integer>();
    pending.stream()
        .forEach(
            row -> {
              var key = batch.key(row);
              keys[row] = key;
              any.put(key, row);
            });
    var found = table.byKey(batch, any);
    var newest = new HashMap<ByteBuffer, Integer>();
    for (var row = pending.nextSetBit(0); row >= 0; row = pending.nextSetBit(row + 1)) {
      var key = keys[row];
      if (isUnjudged(row, key, found.get(key))) {
        rejected.add(
            new RowRejection(
                row,
                ErrorClass.DeletionForgotten,
                "its key may have been deleted after it was put aside"));
      } else {
        newest.merge(
            key,
            row,
            (one, other) ->
                NEWEST_LAST.compare(batch.origin(other), batch.origin(one)) >= 0 ? other : one);
      }
    }
    newest.forEach((key, row) -> merge(key, row, found.get(key), known.deletion(key)));
  }

  /**
   * Whether nobody knows if a record that is sent back was deleted since. A newer row or deletion
   * of its key and partition decides; an older one too, unless its generation lost its tail.
   */
  private boolean isUnjudged(int row, ByteBuffer key, @Nullable StoredRow there) {
    var origin = batch.origin(row);
    return batch.isRedriven(row)
        && !batch.isDeletion(row)
        && state.ledger().isForgotten(origin)
        && !decides(there == null ? null : there.origin(), origin)
        && !decides(known.deletion(key), origin);
  }

  private boolean decides(@Nullable Origin there, Origin redriven) {
    return there != null
        && there.partition() == redriven.partition()
        && (AGE.compare(there, redriven) > 0 || !state.ledger().isLost(redriven));
  }

  private void merge(
      ByteBuffer key, int row, @Nullable StoredRow there, @Nullable Origin deletion) {
    var origin = batch.origin(row);
    var mayReplace = there == null || isNotNewer(there.origin(), origin);
    if (!batch.isDeletion(row)) {
      var isDeletedSince =
          deletion != null
              && deletion.partition() == origin.partition()
              && AGE.compare(deletion, origin) > 0;
      if (mayReplace && !isDeletedSince) {
        stored.set(row);
        if (there != null) {
          replaced.add(there);
        }
      }
      return;
    }
    if (mayReplace && there != null) {
      replaced.add(there);
    }
    // One that was sent back would hide that a newer one is forgotten.
    var hides =
        batch.isRedriven(row)
            && state.ledger().isForgotten(origin)
            && (deletion == null || deletion.partition() != origin.partition());
    if (!hides && (deletion == null || isNotNewer(deletion, origin))) {
      notes.add(note(Note.Kind.DELETION, origin, Digest.of(key), Note.NOTHING, null));
    }
  }

  /** Whether what is there is not newer than what comes; partitions have no order. */
  private static boolean isNotNewer(Origin there, Origin coming) {
    return there.partition() != coming.partition() || AGE.compare(there, coming) <= 0;
  }
}
