package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.Table;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableClaim;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.bigquery.table.TableShape.Column;
import dev.acequia.stores.position.PositionsMigration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings tables and positions to what definition and topic say. What becomes of the positions is
 * found out from what is there, and written if that has not changed meanwhile; so consumers and
 * other migrations wait for nobody.
 */
final class BigQueryMigration implements StoreMigration {
  /** A migration that meets others this often is to be started again. */
  private static final int ATTEMPTS = 100;

  private final PipelineDefinition definition;
  private final TableNames names;
  private final Statements statements;
  private final RowStreams streams;
  private final StateTable table;
  private final TableSetup setup;
  private final SchemaChange change;
  private final RegistryCommands commands;
  private final FoundTable found;
  private final StatePositions positions;
  private final Optional<TableClaim> claim;
  private final Optional<SpecVersion> version;

  /**
   * The migration of a pipeline.
   *
   * @param streams is closed at the end
   */
  BigQueryMigration(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      Map<String, String> environment,
      Statements statements,
      RowStreams streams) {
    this.definition = definition;
    this.statements = statements;
    this.streams = streams;
    names = TableNames.of(store);
    table = new StateTable(statements, names);
    setup = new TableSetup(statements, definition, store);
    change = new SchemaChange(definition, store);
    commands = new RegistryCommands(names);
    found = new FoundTable(statements, names, setup, commands);
    positions =
        new StatePositions(definition, table, new StoredRows(statements, names), streams, names);
    claim = TableClaim.from(definition, environment);
    version = SpecVersion.fromEnvironment(environment);
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException, StoreUnavailableException {
    try (streams) {
      setup.makeBeside(table);
      var migration = new PositionsMigration(definition, log);
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt(migration)) {
          return;
        }
      }
      throw new StoreUnavailableException(
          "others changed the table %s all the time".formatted(names.state().getTable()));
    }
  }

  private State state() throws StoreUnavailableException {
    return table
        .read()
        .orElseThrow(
            () ->
                new StoreUnavailableException(
                    "the table %s is empty: somebody deletes its rows"
                        .formatted(names.state().getTable())));
  }

  /** Whether all is done; false when others changed what it began with. */
  private boolean attempt(PositionsMigration migration)
      throws TerminationException, StoreUnavailableException {
    var state = state();
    var registry = state.registry();
    if (claim.isPresent()) {
      claim.get().check(names.table(), registry.owner(), commands.without(Registry.OWNER));
    }
    checkOrder(registry);
    var there = statements.find(names.data());
    if (!registry.knowsNoTable() && there.isEmpty()) {
      return noteThatItIsGone(state);
    }
    var columns = change.columns(registry.knowsNoTable() ? Registry.empty() : registry);
    if (there.isPresent() && !isOwn(state, there.get(), columns)) {
      return false;
    }
    // Judged before anything is changed, and again when the tables are ready.
    migration.apply(positions.of(state));
    var begun = begin(state, there.isEmpty());
    return begun.isPresent() && end(migration, begun.get(), columns);
  }

  /**
   * Notes what is about to be made, so that the next migration after a crash finds it.
   *
   * @return empty when others have written meanwhile
   */
  private Optional<State> begin(State state, boolean isAbsent) throws StoreUnavailableException {
    var noted = signed(state.registry());
    var begun = isAbsent ? noted.withTable(Registry.BEING_MADE) : noted;
    if (begun.equals(state.registry())) {
      return Optional.of(state);
    }
    return table.change(List.of(Change.of(begun, state.revision())))
        ? Optional.of(state.withRegistry(begun))
        : Optional.empty();
  }

  /** With the owner and the version of the spec that this migration is of. */
  private Registry signed(Registry registry) {
    return registry
        .withOwner(claim.orElse(registry.owner()))
        .withOrder(version.map(registry.order()::with).orElse(registry.order()));
  }

  private boolean end(PositionsMigration migration, State begun, List<Column> columns)
      throws TerminationException, StoreUnavailableException {
    var made = setup.make(columns);
    setup.refuseExpiration();
    if (!isOwn(begun, made, columns)) {
      return false;
    }
    setup.change(made, columns);
    var state = state();
    if (state.revision() != begun.revision()) {
      return false;
    }
    var next = positions.next(state, migration);
    if (next.isEmpty()) {
      return false;
    }
    var registry =
        signed(StatePositions.base(state))
            .withLedger(next.get().positions().ledger())
            .withTable(TableSetup.id(made))
            .withFields(definition.schema().hash(), change.key(), columns);
    var changes = new ArrayList<Change>();
    if (!registry.equals(state.registry())) {
      changes.add(Change.of(registry, state.revision()));
    }
    changes.addAll(next.get().changes());
    if (!table.change(changes)) {
      return false;
    }
    positions.endStreams(state());
    if (next.get().trouble().isPresent()) {
      throw next.get().trouble().get();
    }
    return true;
  }

  /**
   * Whether the table may be filled; false when others changed what that was derived from.
   *
   * @throws TerminationException when it may not
   */
  private boolean isOwn(State state, Table there, List<Column> columns)
      throws TerminationException, StoreUnavailableException {
    var refusal = found.refusal(state.registry(), there, columns);
    if (refusal.isEmpty()) {
      return true;
    }
    if (state().revision() != state.revision()) {
      return false;
    }
    throw refusal.get();
  }

  private boolean noteThatItIsGone(State state)
      throws TerminationException, StoreUnavailableException {
    if (!state.registry().hasLostTable()) {
      var changes = new ArrayList<Change>();
      changes.add(
          Change.of(StatePositions.noted(state).withTable(Registry.GONE), state.revision()));
      state
          .partitions()
          .forEach((partition, known) -> changes.add(Change.removed(partition, known.revision())));
      if (!table.change(changes)) {
        return false;
      }
    }
    throw new TerminationException(
        Termination.Reason.StoreRefused,
        "The table %s is gone, but records were stored in it: a new table would lack them. To refill it from the topic, run: %s"
            .formatted(names.table(), commands.without(Registry.TABLE)));
  }

  /** Passes when no migration of a newer spec has come. */
  private void checkOrder(Registry registry) throws StoreUnavailableException {
    if (version.isEmpty() || !registry.order().supersedes(version.get())) {
      return;
    }
    var text =
        registry.order().refusal(version.get(), names.table(), commands.without(Registry.SPECS));
    var word = definition.acceptedOffsets();
    throw new StoreUnavailableException(
        word == null || registry.knownLedger().knows(word)
            ? text
            : text + ". " + word.lost(definition.namespace(), definition.name()));
  }

  @Override
  public void drop() throws TerminationException, StoreUnavailableException {
    try (streams) {
      if (statements.find(names.state()).isEmpty()) {
        return;
      }
      var state = table.read();
      if (state.isPresent()) {
        var registry = state.get().registry();
        if (claim.isPresent()) {
          claim.get().checkDrop(names.table(), registry.owner(), commands.without(Registry.OWNER));
        }
        if (found.isToBeDropped(registry)) {
          statements.drop(names.data());
        }
      }
      statements.drop(names.marks());
      statements.drop(names.repeats());
      // The last one, since it says whose the others are.
      statements.drop(names.state());
    }
  }
}
