package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.ByteString;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.RowStreams.Outcome;
import dev.acequia.stores.bigquery.row.Envelope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Appends batches to the stream of the claim. The rows say up to where the log was read; the state
 * is written only where they do not, in replays, and once a minute.
 */
final class AppendMode {
  private final Claims claims;
  private final StateTable table;
  private final StoredRows stored;
  private final RowStreams streams;
  private final Marks marks;
  private final ProtoSchema schema;
  private final WriterLimits limits;
  private final Envelope envelope = new Envelope();

  /** Where the next row of a stream stands. */
  private final Map<String, Long> ends = new HashMap<>();

  AppendMode(
      Claims claims,
      StateTable table,
      StoredRows stored,
      RowStreams streams,
      Marks marks,
      ProtoSchema schema,
      WriterLimits limits) {
    this.claims = claims;
    this.table = table;
    this.stored = stored;
    this.streams = streams;
    this.marks = marks;
    this.schema = schema;
    this.limits = limits;
  }

  <E extends Exception> WriteResult write(
      BigQueryBatch batch, List<PartitionAdvance> advances, long fill, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    for (var advance : advances) {
      var held = claims.held(advance.partition());
      if (held == null || !held.isAt(advance)) {
        return new WriteResult.Overtaken();
      }
    }
    var stream = claims.stream(advances);
    if (stream.isEmpty()) {
      claims.forget(advances);
      return new WriteResult.Overtaken();
    }
    var load = new Load<>(batch, marks, fill, gate);
    load.judge(entries -> withoutKnown(batch, entries, load));
    var isStored = false;
    try {
      isStored = append(stream.get(), advances, load) && advance(advances, load);
    } finally {
      if (!isStored) {
        // Whether its rows are there is found out by the next claim.
        claims.forget(advances, stream.get());
      }
    }
    return isStored ? load.result() : new WriteResult.Overtaken();
  }

  /**
   * Drops what is stored, where it may be. A dead letter that was sent back twice is one record.
   */
  private boolean withoutKnown(BigQueryBatch batch, List<Entry> entries, Load<?> load)
      throws StoreUnavailableException {
    var seen = new HashSet<Origin>();
    var asked = new ArrayList<Entry>();
    for (var entry : entries) {
      if (!seen.add(entry.origin())) {
        load.drop(entry);
      } else if (entry.redriven() || isReadAgain(batch, entry.place())) {
        asked.add(entry);
      }
    }
    if (!asked.isEmpty()) {
      var found = stored.find(asked.stream().map(Entry::origin).toList());
      asked.stream().filter(entry -> found.contains(entry.origin())).forEach(load::drop);
    }
    return true;
  }

  /** Of a batch that holds records of a replay, others may be of other partitions, or behind it. */
  private boolean isReadAgain(BigQueryBatch batch, Origin place) {
    var held = claims.held(place.partition());
    var replay = held == null ? null : held.position().replay();
    return batch.expectsDuplicates() && (replay == null || place.offset() < replay.until());
  }

  /** Whether all rows are there; false when the claim is void. */
  private <E extends Exception> boolean append(
      String stream, List<PartitionAdvance> advances, Load<E> load)
      throws StoreUnavailableException, E {
    var byPartition = new TreeMap<Integer, PartitionAdvance>();
    advances.forEach(advance -> byPartition.put(advance.partition(), advance));
    var rest = load.left();
    while (!rest.isEmpty()) {
      var last = last(rest);
      var request =
          Request.first(
              rest,
              limits.requestBytes(),
              entry -> row(entry, byPartition.get(entry.place().partition()), last));
      var offset = ends.getOrDefault(stream, 0L);
      switch (streams.append(stream, schema, request.rows(), offset)) {
        case Outcome.Stored() -> {
          ends.put(stream, offset + request.entries().size());
          rest = rest.subList(request.entries().size(), rest.size());
        }
        case Outcome.Over _ -> {
          return false;
        }
        case Outcome.Refused(var errors) -> {
          var refused = request.rejected(errors);
          load.reject(refused);
          var rows = new HashSet<Integer>();
          refused.forEach(rejection -> rows.add(rejection.row()));
          rest = rest.stream().filter(entry -> !rows.contains(entry.row())).toList();
        }
      }
    }
    return true;
  }

  /** The last row of each partition. */
  private static Map<Integer, Integer> last(List<Entry> entries) {
    var last = new HashMap<Integer, Integer>();
    entries.forEach(entry -> last.put(entry.place().partition(), entry.row()));
    return last;
  }

  /** A row; that of a partition's last record also has the epoch with which reading goes on. */
  private ByteString row(
      Entry entry, @Nullable PartitionAdvance advance, Map<Integer, Integer> last) {
    var partition = entry.place().partition();
    var held = claims.held(partition);
    if (held == null || advance == null) {
      throw new IllegalArgumentException("a record of a partition without an advance");
    }
    var isEnd =
        last.getOrDefault(partition, -1) == entry.row()
            && entry.place().offset() + 1 == advance.to();
    return entry
        .body()
        .concat(envelope.appended(held.fence(), isEnd ? advance.leaderEpoch() : null));
  }

  /** Whether the claims are good still, as far as that is asked. */
  private boolean advance(List<PartitionAdvance> advances, Load<?> load)
      throws StoreUnavailableException {
    var ends = new HashMap<Integer, Long>();
    load.left().forEach(entry -> ends.put(entry.place().partition(), entry.place().offset() + 1));
    var written = new TreeMap<Integer, Held>();
    var changes = new ArrayList<Change>();
    for (var advance : advances) {
      var held = claims.held(advance.partition());
      if (held == null) {
        return false;
      }
      var advanced = held.advanced(advance);
      if (isToBeSaid(held, advance, ends.get(advance.partition()))) {
        written.put(advance.partition(), advanced);
        changes.add(Change.of(advance.partition(), advanced.position(), held.known().revision()));
      } else {
        claims.put(advance.partition(), advanced);
      }
    }
    if (!changes.isEmpty() && !table.change(changes) && !isThere(written)) {
      return false;
    }
    written.forEach((partition, advanced) -> claims.put(partition, advanced.saved()));
    return true;
  }

  /**
   * Writes the positions that rows have been ahead of for a minute, also where no more come. So of
   * rows that a person removes, those of the last minute alone are stored again.
   */
  void checkpoint() throws StoreUnavailableException {
    var late = new TreeMap<Integer, Held>();
    var changes = new ArrayList<Change>();
    claims
        .ahead()
        .forEach(
            (partition, held) -> {
              if (System.nanoTime() - held.savedNanos() > limits.checkpoint().toNanos()) {
                late.put(partition, held);
                changes.add(Change.of(partition, held.position(), held.known().revision()));
              }
            });
    if (changes.isEmpty()) {
      return;
    }
    if (table.change(changes) || isThere(late)) {
      late.forEach((partition, held) -> claims.put(partition, held.saved()));
      return;
    }
    // One partition that another owner has taken keeps the whole statement from its effect.
    var state = table.read().orElse(null);
    late.entrySet()
        .removeIf(
            one -> state != null && one.getValue().known().equals(state.partition(one.getKey())));
    claims.drop(late.keySet());
  }

  /** Whether the rows do not say where reading goes on. */
  private boolean isToBeSaid(Held held, PartitionAdvance advance, @Nullable Long end) {
    return held.position().position().isReplaying()
        || end == null
        || end != advance.to()
        || System.nanoTime() - held.savedNanos() > limits.checkpoint().toNanos();
  }

  /** Whether the state was written before, and the answer was lost. */
  private boolean isThere(Map<Integer, Held> written) throws StoreUnavailableException {
    var state = table.read().orElse(null);
    return state != null
        && written.entrySet().stream()
            .allMatch(one -> one.getValue().saved().known().equals(state.partition(one.getKey())));
  }
}
