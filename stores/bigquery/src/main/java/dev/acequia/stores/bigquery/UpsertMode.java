package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.ByteString;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.CommitGate;
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
import java.util.concurrent.TimeUnit;

/**
 * Sends batches as changes of keys, whose order is that of the records: a repeat, and a change that
 * comes late, have no effect. The positions follow.
 */
final class UpsertMode {
  private final PipelineDefinition definition;
  private final StateTable table;
  private final RowStreams streams;
  private final TableId data;
  private final Marks marks;
  private final StoredKeys stored;
  private final ProtoSchema schema;
  private final WriterLimits limits;
  private final Envelope envelope = new Envelope();

  UpsertMode(
      PipelineDefinition definition,
      StateTable table,
      RowStreams streams,
      TableId data,
      Marks marks,
      StoredKeys stored,
      ProtoSchema schema,
      WriterLimits limits) {
    this.definition = definition;
    this.table = table;
    this.streams = streams;
    this.data = data;
    this.marks = marks;
    this.stored = stored;
    this.schema = schema;
    this.limits = limits;
  }

  <E extends Exception> WriteResult write(
      BigQueryBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    var until = System.nanoTime() + limits.batch().toNanos();
    var state = table.read().orElse(null);
    if (state == null || !isOwned(state, advances)) {
      return new WriteResult.Overtaken();
    }
    var load = new Load<>(batch, marks, state.registry().fill(), gate);
    var judged = load.judge(entries -> judge(entries, load));
    send(judged, advances, state.nowMillis(), load, until);
    return advance(state, advances) ? load.result() : new WriteResult.Overtaken();
  }

  private boolean isOwned(State state, List<PartitionAdvance> advances) {
    return state.registry().schemaHash().equals(definition.schema().hash())
        && advances.stream()
            .allMatch(
                advance -> {
                  var known = state.partition(advance.partition());
                  return known != null
                      && known.state().position().isAsClaimed(advance.fence(), advance.from());
                });
  }

  private Keys judge(List<Entry> entries, Load<?> load) throws StoreUnavailableException {
    var keys = Keys.of(entries, stored, () -> table.read().orElseThrow().registry().knownLedger());
    keys.rejected().forEach(load::note);
    return keys;
  }

  private <E extends Exception> void send(
      Keys judged, List<PartitionAdvance> advances, long nowMillis, Load<E> load, long untilNanos)
      throws StoreUnavailableException, E {
    var fences = new HashMap<Integer, Long>();
    advances.forEach(advance -> fences.put(advance.partition(), advance.fence()));
    var keys = judged;
    var rest = keys.newest();
    while (!rest.isEmpty()) {
      var now = keys;
      var request =
          Request.first(rest, limits.requestBytes(), entry -> row(entry, fences, now, nowMillis));
      switch (streams.change(data, schema, request.rows(), untilNanos)) {
        case Outcome.Stored() -> rest = rest.subList(request.entries().size(), rest.size());
        case Outcome.Over over -> throw new StoreUnavailableException(over.words());
        case Outcome.Refused(var errors) -> {
          var refused = request.rejected(errors);
          load.reject(refused);
          var rows = new HashSet<Integer>();
          refused.forEach(rejection -> rows.add(rejection.row()));
          // An older record of the key takes its place; what was sent already has no effect again.
          keys = keys.without(rows);
          rest = keys.newest();
        }
      }
    }
  }

  private ByteString row(Entry entry, Map<Integer, Long> fences, Keys keys, long nowMillis) {
    var fence = fences.get(entry.origin().partition());
    if (fence == null) {
      throw new IllegalArgumentException("a record of a partition without an advance");
    }
    var end =
        keys.leavesNothing(entry)
            ? envelope.removed(entry.origin(), fence)
            : envelope.upserted(
                entry.origin(),
                fence,
                entry.deletes() ? (Long) TimeUnit.MILLISECONDS.toMicros(nowMillis) : null);
    return entry.body().concat(end);
  }

  private boolean advance(State state, List<PartitionAdvance> advances)
      throws StoreUnavailableException {
    var changes = new ArrayList<Change>();
    var written = new HashMap<Integer, State.Known>();
    for (var advance : advances) {
      var known = state.partition(advance.partition());
      if (known == null) {
        return false;
      }
      var advanced = known.state().advanced(advance);
      changes.add(Change.of(advance.partition(), advanced, known.revision()));
      written.put(advance.partition(), new State.Known(known.revision() + 1, advanced));
    }
    return changes.isEmpty() || table.change(changes) || isThere(written);
  }

  /** Whether the state was written before, and the answer was lost. */
  private boolean isThere(Map<Integer, State.Known> written) throws StoreUnavailableException {
    var state = table.read().orElse(null);
    return state != null
        && written.entrySet().stream()
            .allMatch(one -> one.getValue().equals(state.partition(one.getKey())));
  }
}
