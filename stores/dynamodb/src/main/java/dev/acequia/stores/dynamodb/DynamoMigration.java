package dev.acequia.stores.dynamodb;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableClaim;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Positions;
import dev.acequia.stores.position.PositionsMigration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Brings tables and positions to what definition and topic say. The tables come first, which may
 * take hours. What then becomes of the positions is found out from what is there, and written if
 * that has not changed meanwhile; so consumers and other migrations wait for nobody.
 */
final class DynamoMigration implements StoreMigration {
  private static final Logger LOG = LoggerFactory.getLogger(DynamoMigration.class);

  /** A migration that meets others this often is to be started again. */
  private static final int ATTEMPTS = 100;

  private final PipelineDefinition definition;
  private final StoreDefinition.DynamoDb store;
  private final TableNames names;
  private final DynamoDbClient client;
  private final SecondTable second;
  private final TableShape shape;
  private final TableSetup records;
  private final TableSetup beside;
  private final SchemaChange change;
  private final Optional<TableClaim> claim;
  private final Optional<SpecVersion> version;

  DynamoMigration(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      Map<String, String> environment) {
    this.definition = definition;
    this.store = store;
    names = TableNames.of(store);
    client = Clients.forWriting(store, environment, Clients.pace());
    second = new SecondTable(client, names);
    shape = TableShape.ofRecords(definition, store);
    records = new TableSetup(client, shape, store.ttlField() != null);
    beside = new TableSetup(client, TableShape.ofSecond(store), true);
    change = new SchemaChange(definition, store);
    claim = TableClaim.from(definition, environment);
    version = SpecVersion.fromEnvironment(environment);
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException, StoreUnavailableException {
    try (client) {
      if (store.create()) {
        beside.change(beside.make(), List.of());
      } else {
        beside.check();
      }
      var positions = new PositionsMigration(definition, log);
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt(positions)) {
          return;
        }
      }
      throw new StoreUnavailableException(
          "others changed the table %s all the time".formatted(names.second()));
    }
  }

  /** Whether all is done; false when others changed what it began with. */
  private boolean attempt(PositionsMigration migration)
      throws TerminationException, StoreUnavailableException {
    var registry = second.registry();
    if (claim.isPresent()) {
      claim.get().check(names.data(), registry.owner(), without(Registry.OWNER));
    }
    checkOrder(registry);
    if (!registry.isFresh() && records.find().isEmpty()) {
      return noteThatItIsGone(registry);
    }
    var columns = change.columns(registry.isFresh() ? new Registry() : registry);
    var table = prepare(registry);
    var formerState = second.state().orElse(null);
    var base = registry.isFresh() ? filledAnew(registry, formerState) : registry;
    var after =
        new Positions(
            registry.isFresh() || formerState == null
                ? new TreeMap<>()
                : new TreeMap<>(formerState.positions()),
            new Ledger(base.ledger()));
    var trouble = migration.apply(after);
    var next =
        base.withOwner(claim.orElse(registry.owner()))
            .withSpecs(version.map(registry.specs()::with).orElse(registry.specs()))
            .withLedger(after.ledger())
            .withTable(TableSetup.id(table))
            .withFields(change.key(), columns, List.copyOf(shape.indexes().keySet()));
    var state = new LoadState(next.fill(), definition.schema().hash(), after.byPartition());
    if (!isThere(registry, next, formerState, state)
        && !second.save(registry, next, formerState, state)) {
      return false;
    }
    if (trouble.isPresent()) {
      throw trouble.get();
    }
    return true;
  }

  private static boolean isThere(
      Registry registry, Registry next, @Nullable LoadState formerState, LoadState state) {
    return formerState != null
        && registry.saysTheSame(next)
        && formerState.fill() == state.fill()
        && formerState.schemaHash().equals(state.schemaHash())
        && formerState.positions().equals(state.positions());
  }

  /** The table, as it should be. */
  private TableDescription prepare(Registry registry)
      throws TerminationException, StoreUnavailableException {
    if (!store.create()) {
      var table = records.check();
      refuseUnlessOwn(registry, table);
      return table;
    }
    var table = records.make();
    refuseUnlessOwn(registry, table);
    if (!shape.hasKeys(table)) {
      throw new TerminationException(
          Termination.Reason.NameTaken, String.join(" ", shape.differences(table)));
    }
    records.change(
        table,
        registry.indexes().stream().filter(index -> !shape.indexes().containsKey(index)).toList());
    return table;
  }

  private void refuseUnlessOwn(Registry registry, TableDescription table)
      throws TerminationException, StoreUnavailableException {
    if (registry.isFresh()) {
      if (!isEmpty()) {
        throw new TerminationException(
            Termination.Reason.NameTaken,
            "The table %s has items, and this pipeline has not filled it. Set another store.dynamodb.table in a new pipeline, or delete the table."
                .formatted(names.data()));
      }
    } else if (!registry.table().equals(TableSetup.id(table))) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s is not the one that this pipeline filled. If it is that table, restored from a backup, run: %s"
              .formatted(
                  names.data(),
                  update("SET %s = :id".formatted(Registry.TABLE))
                      + " --expression-attribute-values '{\":id\":{\"S\":\"%s\"}}'"
                          .formatted(TableSetup.id(table))));
    }
  }

  private boolean isEmpty() throws StoreUnavailableException {
    var one = ScanRequest.builder().tableName(names.data()).limit(1).consistentRead(true).build();
    return DynamoFailure.of(() -> client.scan(one)).items().isEmpty();
  }

  /** The registry of the next table; up to where the former one was filled is noted. */
  private static Registry filledAnew(Registry registry, @Nullable LoadState state) {
    return noted(registry, state).filledAnew();
  }

  private static Registry noted(Registry registry, @Nullable LoadState state) {
    if (state == null) {
      return registry;
    }
    var ledger = new Ledger(registry.ledger());
    new Positions(new TreeMap<>(state.positions()), ledger).noteWhatWasRead();
    return registry.withLedger(ledger);
  }

  private boolean noteThatItIsGone(Registry registry)
      throws TerminationException, StoreUnavailableException {
    if (!registry.isGone()) {
      var state = second.state().orElse(null);
      if (!second.save(registry, noted(registry, state).withTable(Registry.GONE), state, null)) {
        return false;
      }
    }
    throw new TerminationException(
        Termination.Reason.StoreRefused,
        "The table %s is gone, but records were stored in it: a new table would lack them. To refill it from the topic, run: %s"
            .formatted(names.data(), without(Registry.TABLE)));
  }

  /** Passes when no migration of a newer spec has come. */
  private void checkOrder(Registry registry) throws StoreUnavailableException {
    if (version.isEmpty() || !registry.specs().supersedes(version.get())) {
      return;
    }
    var text = registry.specs().refusal(version.get(), names.data(), without(Registry.SPECS));
    var word = definition.acceptedOffsets();
    throw new StoreUnavailableException(
        word == null || registry.ledger().knows(word)
            ? text
            : text + ". " + word.lost(definition.namespace(), definition.name()));
  }

  /** The command that removes an attribute of the registry. */
  private String without(String attribute) {
    return update("REMOVE " + attribute);
  }

  private String update(String expression) {
    return "aws dynamodb update-item --table-name %s --key '{\"%s\":{\"S\":\"%s\"}}' --update-expression '%s'"
        .formatted(names.second(), Attributes.HASH, Registry.ID, expression);
  }

  @Override
  public void drop() throws TerminationException, StoreUnavailableException {
    try (client) {
      if (beside.find().isEmpty()) {
        return;
      }
      var registry = second.registry();
      if (claim.isPresent()) {
        claim.get().checkDrop(names.data(), registry.owner(), without(Registry.OWNER));
      }
      if (!store.create()) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The tables %s and %s were not made by this pipeline (create: false). Delete them by hand."
                .formatted(names.data(), names.second()));
      }
      var table = records.find();
      if (table.isPresent() && TableSetup.id(table.get()).equals(registry.table())) {
        records.drop();
      } else {
        LOG.info("the table {} is not the one that was filled; it stays", names.data());
      }
      // The last one, since it says whose the other is.
      beside.drop();
    }
  }
}
