package dev.acequia.stores.dynamodb;

import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.dynamodb.DynamoBatch.Entry;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.Calls;
import dev.acequia.stores.dynamodb.client.Pace;
import dev.acequia.stores.mark.MarkGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** One batch: judged by reading when it is made, and written when it is let through. */
final class Load {
  /**
   * Where it goes.
   *
   * @param table that of the records
   * @param deletionsKept for how long; empty for ever
   */
  record Store(
      DynamoDbClient client,
      Pace pace,
      String table,
      SecondTable second,
      Optional<Duration> deletionsKept) {}

  private final Store store;
  private final DynamoBatch batch;
  private final Marks marks;
  private final LoadState state;
  private final long nowMillis;

  private final List<Entry> appended = new ArrayList<>();
  private final List<Entry> upserted = new ArrayList<>();
  private final List<Entry> removed = new ArrayList<>();
  private final List<RowRejection> rejected = new ArrayList<>();
  private final List<MarkGroup<Entry>> groups;
  private int repeats;
  private final AtomicInteger duplicates = new AtomicInteger();

  /** Judges a batch. */
  Load(Store store, DynamoBatch batch, LoadState state, long nowMillis, boolean upserts)
      throws StoreUnavailableException {
    this.store = store;
    this.batch = batch;
    this.state = state;
    this.nowMillis = nowMillis;
    marks = new Marks(store.client, store.pace, store.second.name(), store.deletionsKept);
    groups = marks.judge(batch, state.fill(), nowMillis);
    var left = withoutRepeats();
    if (upserts) {
      var upsert =
          new Upsert(
              left,
              new Batches(store.client, store.pace),
              store.table,
              () -> store.second.registry().ledger());
      upserted.addAll(upsert.puts());
      removed.addAll(upsert.removals());
      rejected.addAll(upsert.rejected());
    } else {
      appendOnce(left);
    }
  }

  private List<Entry> withoutRepeats() {
    var out = new HashSet<Integer>();
    for (var group : groups) {
      group.duplicates().forEach(entry -> out.add(entry.row()));
      repeats += group.duplicates().size();
      rejected.addAll(group.rejected());
    }
    rejected.forEach(rejection -> out.add(rejection.row()));
    return batch.entries().stream().filter(entry -> !out.contains(entry.row())).toList();
  }

  /** A dead letter that was sent back twice is one record. */
  private void appendOnce(List<Entry> entries) {
    var origins = new HashSet<Origin>();
    for (var entry : entries) {
      if (origins.add(entry.origin())) {
        appended.add(entry);
      } else {
        repeats++;
      }
    }
  }

  List<RowRejection> rejected() {
    return rejected;
  }

  /**
   * Writes marks and notes.
   *
   * @return false when another has marked a key meanwhile: the batch is to be judged again
   */
  boolean mark() throws StoreUnavailableException {
    return marks.write(groups, state.fill(), nowMillis);
  }

  /** Writes rows; all of them are there when this returns. */
  void write(List<PartitionAdvance> advances) throws StoreUnavailableException {
    var fences = new HashMap<Integer, Long>();
    advances.forEach(advance -> fences.put(advance.partition(), advance.fence()));
    var calls = new Calls(store.pace);
    var writes = new RowWrites(store.client, store.table);
    calls.forEach(appended, entry -> append(writes, entry, fence(fences, entry)));
    calls.forEach(upserted, entry -> writes.upsert(entry, fence(fences, entry)));
    calls.forEach(removed, entry -> writes.remove(entry, fence(fences, entry)));
  }

  private void append(RowWrites writes, Entry entry, long fence) throws StoreUnavailableException {
    var isReadAgain = isReadAgain(entry.place());
    if (!isReadAgain && !entry.redriven()) {
      writes.append(entry, fence);
      return;
    }
    var since = isReadAgain ? state.replayedSince(entry.place().partition()) : 0;
    if (writes.appendUnlessThere(entry, fence, since)) {
      duplicates.incrementAndGet();
    }
  }

  /** Of a batch that holds records of a replay, others may be of other partitions, or behind it. */
  private boolean isReadAgain(Origin place) {
    var position = state.position(place.partition());
    var replay = position == null ? null : position.replay();
    return batch.expectsDuplicates() && (replay == null || place.offset() < replay.until());
  }

  private static long fence(Map<Integer, Long> fences, Entry entry) {
    return Objects.requireNonNull(
        fences.get(entry.origin().partition()), "a record of a partition without an advance");
  }

  WriteResult result() {
    var known = repeats + duplicates.get();
    return new WriteResult.Stored(batch.rows() - known - rejected.size(), known, rejected.size());
  }
}
