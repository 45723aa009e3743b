package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.row.RowEncoder;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Claims partitions and writes batches, as the mode has it. */
final class BigQueryWriter implements StoreWriter {
  private static final Logger LOG = LoggerFactory.getLogger(BigQueryWriter.class);

  /** Others change positions of theirs so often only when something is wrong. */
  private static final int ATTEMPTS = 20;

  /** Of a claim under which nothing can be written. */
  private static final long NO_FENCE = -1;

  private final PipelineDefinition definition;
  private final TableNames names;
  private final Statements statements;
  private final RowStreams streams;
  private final StateTable table;
  private final Claims claims;
  private final AppendMode append;
  private final UpsertMode upsert;
  private final RegistryCommands commands;
  private final WriterLimits limits;

  /** When a probe went well last, by {@link System#nanoTime}; null before that. */
  private @Nullable Long probedNanos;

  /** That of the table that was claimed last. */
  private long fill;

  /**
   * The writer of a pipeline.
   *
   * @param streams is closed with it
   */
  BigQueryWriter(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      Statements statements,
      RowStreams streams,
      WriterLimits limits) {
    this.definition = definition;
    this.statements = statements;
    this.streams = streams;
    this.limits = limits;
    names = TableNames.of(store);
    table = new StateTable(statements, names);
    var stored = new StoredRows(statements, names);
    claims = new Claims(table, streams, stored, names);
    commands = new RegistryCommands(names);
    var marks = new Marks(statements, names);
    ProtoSchema schema = RowEncoder.schema(definition);
    append = new AppendMode(claims, table, stored, streams, marks, schema, limits);
    upsert =
        new UpsertMode(
            definition,
            table,
            streams,
            names.data(),
            marks,
            new StoredKeys(statements, names, definition),
            schema,
            limits);
  }

  @Override
  public void probe() throws StoreUnavailableException {
    look();
  }

  /** Looks at the table and writes late positions, once in a while, also beside steady writes. */
  private void look() throws StoreUnavailableException {
    append.checkpoint();
    if (probedNanos != null && System.nanoTime() - probedNanos < limits.probe().toNanos()) {
      return;
    }
    probedNanos = null;
    var state = table.read();
    if (state.isEmpty() || state.get().partitions().isEmpty()) {
      throw new StoreUnavailableException(
          "the table %s has no positions: the migration has not made them"
              .formatted(names.table()));
    }
    requireTable(state.get());
    probedNanos = System.nanoTime();
  }

  @Override
  public StoreBatch newBatch() {
    return new BigQueryBatch(definition);
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    return claim(List.of(partition)).stream().findFirst();
  }

  @Override
  public List<PartitionClaim> claim(List<Integer> partitions) throws StoreUnavailableException {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var found = table.read();
      if (found.isEmpty() || found.get().partitions().isEmpty()) {
        return List.of();
      }
      var state = found.get();
      var taken = new ArrayList<Integer>();
      var positions = new TreeMap<Integer, Position>();
      for (var partition : partitions) {
        var known = state.partition(partition);
        if (known != null && state.takes(definition, known.state())) {
          taken.add(partition);
        } else if (known != null) {
          positions.put(partition, unclaimed(known.state()));
        }
      }
      if (taken.isEmpty() && positions.isEmpty()) {
        return List.of();
      }
      requireTable(state);
      if (taken.isEmpty() || take(state, taken, positions)) {
        fill = state.registry().fill();
        return claims(state, positions);
      }
    }
    throw new StoreUnavailableException("others claimed the same partitions all the time");
  }

  private boolean take(State state, List<Integer> partitions, TreeMap<Integer, Position> positions)
      throws StoreUnavailableException {
    return switch (definition.mode()) {
      case APPEND -> {
        var taken = claims.take(state, partitions);
        taken.ifPresent(
            all -> all.forEach((one, held) -> positions.put(one, held.position().position())));
        yield taken.isPresent();
      }
      case UPSERT -> {
        var changes = new ArrayList<Change>();
        for (var partition : partitions) {
          var known = state.partition(partition);
          if (known != null) {
            var claimed = known.state().claimed();
            changes.add(Change.of(partition, claimed, known.revision()));
            positions.put(partition, claimed.position());
          }
        }
        yield table.change(changes);
      }
    };
  }

  /**
   * The state's position of a partition that this definition may not write to. Rows ahead of it are
   * not counted: nobody resumes from it, and the query would read four columns of the whole table
   * at each poll.
   */
  private static Position unclaimed(PartitionState known) {
    var position = known.position();
    return new Position(
        position.topicId(), position.next(), position.epoch(), NO_FENCE, position.replay());
  }

  /**
   * Returns when the table is the one whose positions are stored.
   *
   * @throws StoreRefusedException when it is not: rows would be missing before the positions
   */
  private void requireTable(State state) throws StoreUnavailableException {
    var found = statements.find(names.data());
    if (found.isEmpty()) {
      throw new StoreRefusedException(
          "The table %s is gone, but records were stored in it. %s"
              .formatted(names.table(), commands.migrateAgain(definition)));
    }
    if (!state.registry().table().equals(TableSetup.id(found.get()))) {
      throw new StoreRefusedException(
          "The table %s is not the one that was loaded: somebody made it again or restored it, and it may lack records. %s"
              .formatted(names.table(), commands.migrateAgain(definition)));
    }
  }

  private static List<PartitionClaim> claims(State state, TreeMap<Integer, Position> positions) {
    Ledger ledger = state.registry().knownLedger();
    var claims = new ArrayList<PartitionClaim>();
    positions.forEach(
        (partition, position) ->
            claims.add(ledger.claim(partition, position, state.registry().schemaHash())));
    return claims;
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    var state = table.read().orElse(null);
    var known = state == null ? null : state.partition(claim.partition());
    if (state == null || known == null || !isAsClaimed(state, known, claim)) {
      return Optional.empty();
    }
    if (rewind.once()
        && table.knows(StateTable.replay(state, claim.partition(), rewind.replay().id()))) {
      return Optional.of(claim);
    }
    var replays = new LinkedHashSet<String>();
    replays.add(StateTable.replay(state, claim.partition(), rewind.replay().id()));
    var previous = rewind.previous();
    if (previous != null) {
      replays.add(StateTable.replay(state, claim.partition(), previous));
    }
    var rewound = known.state().rewound(rewind);
    if (!table.change(
        List.of(Change.of(claim.partition(), rewound, known.revision())), List.copyOf(replays))) {
      return Optional.empty();
    }
    var after = new State.Known(known.revision() + 1, rewound);
    var held = claims.held(claim.partition());
    if (held != null) {
      claims.put(claim.partition(), new Held(held.claimed(), after, rewound, System.nanoTime()));
    }
    var position = rewound.position();
    return Optional.of(
        state
            .registry()
            .knownLedger()
            .claim(
                claim.partition(),
                new Position(
                    position.topicId(),
                    position.next(),
                    position.epoch(),
                    claim.fence(),
                    position.replay()),
                state.registry().schemaHash()));
  }

  /** Whether a claim is good, and nothing was written since under it but what it knows. */
  private boolean isAsClaimed(State state, State.Known known, PartitionClaim claim) {
    if (!state.registry().schemaHash().equals(definition.schema().hash())) {
      return false;
    }
    return switch (definition.mode()) {
      case APPEND -> {
        var held = claims.held(claim.partition());
        yield held != null
            && held.claimed() == claim.fence()
            && held.position().next() == claim.nextOffset()
            && held.known().equals(known);
      }
      case UPSERT -> known.state().position().isAsClaimed(claim.fence(), claim.nextOffset());
    };
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    look();
    return definition.mode() == LoadMode.APPEND
        ? append.write((BigQueryBatch) batch, advances, fill, gate)
        : upsert.write((BigQueryBatch) batch, advances, gate);
  }

  @Override
  public void close() {
    try {
      claims.release();
    } catch (StoreUnavailableException e) {
      LOG.info("positions are not written at the end; the next owner counts rows", e);
    } finally {
      streams.close();
    }
  }
}
