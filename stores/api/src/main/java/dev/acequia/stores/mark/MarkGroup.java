package dev.acequia.stores.mark;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A batch's records of one idempotency key, judged one after the other by the mark that is there. A
 * mark with a record's own origin is that record's.
 *
 * @param <E> a record of a batch
 */
public final class MarkGroup<E extends MarkGroup.Entry> {
  /** A record of a batch. */
  public interface Entry {
    /** Its number in the batch. */
    int row();

    Origin origin();

    /** Where it was read. */
    Origin place();

    /** Its idempotency key; null when it has none. */
    @Nullable MarkedRecord key();
  }

  /**
   * A mark that records were judged by.
   *
   * @param former the one that it replaces; null where there is none
   * @param mark null where no record needs one
   * @param repeats the places of those that are not stored for it, which a replay has to know
   */
  public record Step(@Nullable Mark former, @Nullable Mark mark, Set<Origin> repeats) {
    /** Whether the mark is to be written. */
    public boolean isNew() {
      return mark != null && !mark.equals(former);
    }
  }

  private final List<E> entries;
  private final boolean expectsDuplicates;
  private final long nowMillis;

  private final List<E> duplicates = new ArrayList<>();
  private final List<RowRejection> rejected = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();

  /** A group that is not judged yet. */
  public MarkGroup(List<E> entries, boolean expectsDuplicates, long nowMillis) {
    this.entries = entries;
    this.expectsDuplicates = expectsDuplicates;
    this.nowMillis = nowMillis;
  }

  /** The digest of the key. */
  public String digest() {
    return key(entries.getFirst()).digest();
  }

  /**
   * The places of records that may have been judged before by another mark than the one that is
   * there: those of a replay, and those that were pushed before the mark's.
   */
  public Stream<Origin> mayBeNoted(@Nullable Mark there) {
    return entries.stream()
        .filter(
            entry ->
                expectsDuplicates
                    || key(entry).replayed()
                    || (there != null && isBefore(key(entry), there)))
        .map(Entry::place);
  }

  private static boolean isBefore(MarkedRecord key, Mark mark) {
    var pushed = key.pushedMillis();
    var other = mark.pushedMillis();
    return pushed != null && other != null && pushed < other;
  }

  /**
   * Judges the records.
   *
   * @param there the mark in the store; null when there is none
   * @param noted the places of those that were not stored for their keys before
   */
  public void judge(@Nullable Mark there, Set<Origin> noted) {
    var counts = there != null && !there.isForgotten(nowMillis);
    steps.add(new Step(there, counts ? there : null, new HashSet<>()));
    entries.forEach(entry -> judge(entry, noted));
  }

  private void judge(E entry, Set<Origin> noted) {
    if (noted.contains(entry.place())) {
      duplicates.add(entry);
      return;
    }
    var key = key(entry);
    if (key.replayed()) {
      return;
    }
    var last = steps.getLast();
    var known = last.mark();
    if (known == null || Mark.isApart(known.pushedMillis(), key.pushedMillis())) {
      var mark = new Mark(entry.origin(), key.content(), key.pushedMillis(), nowMillis);
      if (known == null) {
        steps.removeLast();
      }
      steps.add(new Step(known == null ? last.former() : known, mark, new HashSet<>()));
    } else if (!known.origin().equals(entry.origin())
        && !Mark.isApart(key.pushedMillis(), known.pushedMillis())) {
      last.repeats().add(entry.place());
      if (known.content().equals(key.content())) {
        duplicates.add(entry);
      } else {
        rejected.add(reused(entry, key));
      }
    }
  }

  private static RowRejection reused(Entry entry, MarkedRecord key) {
    return new RowRejection(
        entry.row(),
        ErrorClass.IdempotencyKeyReused,
        "the idempotency key, with index %d, came with another record before"
            .formatted(key.index()));
  }

  private static MarkedRecord key(Entry entry) {
    return Objects.requireNonNull(entry.key(), "a record without a key");
  }

  /** The marks that records were judged by, in the order in which they come to be there. */
  public List<Step> steps() {
    return steps;
  }

  /** Those that are stored already. */
  public List<E> duplicates() {
    return duplicates;
  }

  /** Records that came with the key of another record. */
  public List<RowRejection> rejected() {
    return rejected;
  }
}
