package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.StoredKeys.Deletion;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.RowStreams.Outcome;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.row.Envelope;
import dev.acequia.stores.bigquery.row.RowEncoder;
import dev.acequia.stores.bigquery.table.ServiceLimits;
import dev.acequia.stores.bigquery.table.TableNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Forgets deletions after as long as the environment says, in two steps: the ledger says up to
 * where, and then the rows go. Who judges a record reads in the other order, so a deletion that it
 * does not see is one that the ledger names.
 */
final class ForgottenDeletions implements StoreHousekeeping {
  /** While there is more to forget. */
  private static final Duration NEXT = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofHours(1);

  /** Deletions that go at a time. */
  private static final int AT_ONCE = 1_000;

  /** Others change the registry so often only when something is wrong. */
  private static final int ATTEMPTS = 100;

  private final Optional<Duration> kept;
  private final TableId data;
  private final RowStreams streams;
  private final StateTable table;
  private final StoredKeys stored;
  private final RowEncoder encoder;
  private final ProtoSchema schema;
  private final Envelope envelope = new Envelope();

  /**
   * That of a pipeline.
   *
   * @param streams is closed with it
   */
  ForgottenDeletions(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      Map<String, String> environment,
      Statements statements,
      RowStreams streams) {
    this.streams = streams;
    kept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
    var names = TableNames.of(store);
    data = names.data();
    table = new StateTable(statements, names);
    stored = new StoredKeys(statements, names, definition);
    encoder = new RowEncoder(definition);
    schema = RowEncoder.schema(definition);
  }

  @Override
  public String subject() {
    return "deletions";
  }

  @Override
  public Duration first() {
    return PAUSE;
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    var state = kept.isEmpty() ? null : table.read().orElse(null);
    if (state == null || state.partitions().isEmpty()) {
      return PAUSE;
    }
    var before = state.nowMillis() - kept.get().toMillis();
    if (!stored.hasDeletions(before)) {
      return PAUSE;
    }
    var found = stored.deletions(before, AT_ONCE);
    sayInLedger(found);
    remove(found);
    return found.size() == AT_ONCE ? NEXT : PAUSE;
  }

  private void sayInLedger(List<Deletion> deletions) throws StoreUnavailableException {
    var origins = deletions.stream().map(Deletion::origin).toList();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var state =
          table.read().orElseThrow(() -> new StoreUnavailableException("the registry is gone"));
      var ledger = state.registry().knownLedger();
      ledger.forgetUpTo(origins);
      var next = state.registry().withLedger(ledger);
      if (next.equals(state.registry())
          || table.change(List.of(Change.of(next, state.revision())))) {
        return;
      }
    }
    throw new StoreUnavailableException("others changed the registry all the time");
  }

  /**
   * Removes deletions, but not those whose keys have something newer by now. The removal is of the
   * deletion's own origin. Its fence is the next one, so that it is greater: BigQuery does not say
   * what becomes of two changes of equal sequence.
   */
  private void remove(List<Deletion> deletions) throws StoreUnavailableException {
    var rows = ProtoRows.newBuilder();
    var bytes = 0L;
    for (var deletion : deletions) {
      var row =
          encoder
              .origin(deletion.origin())
              .concat(deletion.key())
              .concat(envelope.removed(deletion.origin(), deletion.fence() + 1));
      bytes += row.size() + Request.FRAME_BYTES;
      if (rows.getSerializedRowsCount() > 0 && bytes > ServiceLimits.ROWS_BYTES) {
        send(rows.build());
        rows.clear();
        bytes = row.size() + Request.FRAME_BYTES;
      }
      rows.addSerializedRows(row);
    }
    send(rows.build());
  }

  private void send(ProtoRows rows) throws StoreUnavailableException {
    if (!(streams.change(data, schema, rows) instanceof Outcome.Stored)) {
      throw new StoreRefusedException("BigQuery removes no deletions from " + data.getTable());
    }
  }

  @Override
  public void close() {
    streams.close();
  }
}
