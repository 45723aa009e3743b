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
import dev.acequia.stores.dynamodb.Registry.Column;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Positions;
import dev.acequia.stores.position.PositionsMigration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
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

  /**
   * Positions and ledger are an item each, of 400 KiB at most. The ledger takes up to 215 bytes for
   * each of three generations of a partition, beside the columns of the schema.
   */
  private static final int MOST_PARTITIONS = 300;

  private static final TableSetup.Former NOTHING = new TableSetup.Former(List.of(), null);

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
  private final RegistryCommands commands;
  private final Optional<TableClaim> claim;
  private final Optional<SpecVersion> version;

  DynamoMigration(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      Map<String, String> environment) {
    this(definition, store, environment, Clients.forWriting(store, environment, Clients.pace()));
  }

  /** With a client that is closed at the end. */
  DynamoMigration(
      PipelineDefinition definition,
      StoreDefinition.DynamoDb store,
      Map<String, String> environment,
      DynamoDbClient client) {
    this.client = client;
    this.definition = definition;
    this.store = store;
    names = TableNames.of(store);
    second = new SecondTable(client, names);
    shape = TableShape.ofRecords(definition, store);
    records = new TableSetup(client, shape, store.ttlField() != null);
    beside = new TableSetup(client, TableShape.ofSecond(store), true);
    change = new SchemaChange(definition, store);
    commands = new RegistryCommands(store);
    claim = TableClaim.from(definition, environment);
    version = SpecVersion.fromEnvironment(environment);
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException, StoreUnavailableException {
    try (client) {
      refuseTooManyPartitions(log);
      if (store.create()) {
        refuseUnlessFitting(beside, beside.make());
      } else {
        refuseUnlessComplete();
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

  private void refuseTooManyPartitions(TopicLog log) throws TerminationException {
    var partitions = log.partitions().size();
    if (partitions > MOST_PARTITIONS) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "Topic %s has %d partitions. In DynamoDB the positions of all of them are one item, which has room for %d: create a pipeline with fewer."
              .formatted(definition.topic().name(), partitions, MOST_PARTITIONS));
    }
  }

  private static void refuseUnlessFitting(TableSetup setup, TableDescription table)
      throws TerminationException {
    var refusal = setup.refusal(table);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  /** All that both tables of a person lack is said at once. */
  private void refuseUnlessComplete() throws TerminationException, StoreUnavailableException {
    var lacks = new ArrayList<>(records.lacks());
    lacks.addAll(beside.lacks());
    if (!lacks.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          String.join(" ", lacks) + " Change that, or set create to true.");
    }
  }

  /** Whether all is done; false when others changed what it began with. */
  private boolean attempt(PositionsMigration migration)
      throws TerminationException, StoreUnavailableException {
    var registry = second.registry();
    if (claim.isPresent()) {
      claim.get().check(names.data(), registry.owner(), commands.without(Registry.OWNER));
    }
    checkOrder(registry);
    if (store.create()) {
      beside.change(NOTHING, this::requireNewest);
    }
    var found = registry.isFresh() ? records.find() : records.findSurely();
    if (!registry.isFresh() && found.isEmpty()) {
      return noteThatItIsGone(registry);
    }
    var columns = change.columns(registry.isFresh() ? new Registry() : registry);
    // Judged before anything is changed, and again when the tables are ready.
    migration.apply(positions(registry, second.state().orElse(null)));
    if (found.isPresent() && !isOwn(registry, records.active())) {
      return false;
    }
    var begun = begin(registry, found.isEmpty());
    return begun.isPresent() && end(migration, begun.get(), columns);
  }

  /**
   * Notes what is about to be made, so that the next one after a crash finds it.
   *
   * @return empty when others have written meanwhile
   */
  private Optional<Registry> begin(Registry registry, boolean isAbsent)
      throws StoreUnavailableException {
    if (!store.create()) {
      return Optional.of(registry);
    }
    var indexes = new LinkedHashSet<>(registry.indexes());
    indexes.addAll(shape.indexes().keySet());
    var noted = signed(registry).withIndexes(List.copyOf(indexes));
    var begun = isAbsent ? noted.withTable(Registry.BEING_MADE) : noted;
    if (begun.saysTheSame(registry)) {
      return Optional.of(registry);
    }
    return second.save(registry, begun)
        ? Optional.of(begun.withVersion(registry.version() + 1))
        : Optional.empty();
  }

  /** With the owner and the version of the spec that this migration is of. */
  private Registry signed(Registry registry) {
    return registry
        .withOwner(claim.orElse(registry.owner()))
        .withSpecs(version.map(registry.specs()::with).orElse(registry.specs()));
  }

  private boolean end(PositionsMigration migration, Registry registry, List<Column> columns)
      throws TerminationException, StoreUnavailableException {
    var table = store.create() ? records.make() : records.active();
    if (!isOwn(registry, table) || (store.create() && !isChanged(registry))) {
      return false;
    }
    var formerState = second.state().orElse(null);
    var after = positions(registry, formerState);
    var trouble = migration.apply(after);
    var next =
        signed(base(registry, formerState))
            .withLedger(after.ledger())
            .withTable(TableSetup.id(table))
            .withCapacity(store.create() ? store.capacity() : registry.capacity())
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

  /** Brings the table to its shape; false when it is not seen so at the end. */
  private boolean isChanged(Registry registry) throws StoreUnavailableException {
    var former = new TableSetup.Former(registry.indexes(), registry.capacity());
    records.change(former, this::requireNewest);
    return records.isAsWanted(former);
  }

  private void requireNewest() throws StoreUnavailableException {
    checkOrder(second.registry());
  }

  /**
   * Whether the table may be filled; false when others changed what that was derived from.
   *
   * @throws TerminationException when it may not
   */
  private boolean isOwn(Registry registry, TableDescription table)
      throws TerminationException, StoreUnavailableException {
    var foreign = foreign(registry, table);
    var refusal = foreign.isPresent() ? foreign : records.refusal(table);
    if (refusal.isEmpty()) {
      return true;
    }
    if (second.registry().version() != registry.version()) {
      return false;
    }
    throw refusal.get();
  }

  private Optional<TerminationException> foreign(Registry registry, TableDescription table)
      throws StoreUnavailableException {
    if (registry.isFresh()) {
      return isEmpty()
          ? Optional.empty()
          : Optional.of(
              new TerminationException(
                  Termination.Reason.NameTaken,
                  "The table %s has items, and this pipeline has not filled it. Set another store.dynamodb.table in a new pipeline, or delete the table."
                      .formatted(names.data())));
    }
    return registry.table().equals(TableSetup.id(table))
        ? Optional.empty()
        : Optional.of(
            new TerminationException(
                Termination.Reason.NameTaken,
                "The table %s is not the one that this pipeline filled. If it is that table, restored from a backup, run: %s"
                    .formatted(names.data(), commands.with(Registry.TABLE, TableSetup.id(table)))));
  }

  private boolean isEmpty() throws StoreUnavailableException {
    var one = ScanRequest.builder().tableName(names.data()).limit(1).consistentRead(true).build();
    return DynamoFailure.of(() -> client.scan(one)).items().isEmpty();
  }

  /** What is known of the table that is to be filled, which may be the next one. */
  private static Registry base(Registry registry, @Nullable LoadState state) {
    return registry.isFresh() ? noted(registry, state).filledAnew() : registry;
  }

  private static Positions positions(Registry registry, @Nullable LoadState state) {
    return new Positions(
        registry.isFresh() || state == null ? new TreeMap<>() : new TreeMap<>(state.positions()),
        new Ledger(base(registry, state).ledger()));
  }

  /** Up to where the table was filled is noted. */
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
            .formatted(names.data(), commands.without(Registry.TABLE)));
  }

  /** Passes when no migration of a newer spec has come. */
  private void checkOrder(Registry registry) throws StoreUnavailableException {
    if (version.isEmpty() || !registry.specs().supersedes(version.get())) {
      return;
    }
    var text =
        registry.specs().refusal(version.get(), names.data(), commands.without(Registry.SPECS));
    var word = definition.acceptedOffsets();
    throw new StoreUnavailableException(
        word == null || registry.ledger().knows(word)
            ? text
            : text + ". " + word.lost(definition.namespace(), definition.name()));
  }

  @Override
  public void drop() throws TerminationException, StoreUnavailableException {
    try (client) {
      if (beside.find().isEmpty()) {
        return;
      }
      var registry = second.registry();
      if (claim.isPresent()) {
        claim.get().checkDrop(names.data(), registry.owner(), commands.without(Registry.OWNER));
      }
      if (!store.create()) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The tables %s and %s were not made by this pipeline (create: false). Delete them by hand."
                .formatted(names.data(), names.second()));
      }
      if (isToBeDropped(registry)) {
        records.drop();
      }
      // The last one, since it says whose the other is.
      beside.drop();
    }
  }

  /**
   * Whether there is a table that this pipeline has made.
   *
   * @throws TerminationException when that cannot be told
   */
  private boolean isToBeDropped(Registry registry)
      throws TerminationException, StoreUnavailableException {
    var table = registry.table().isEmpty() ? records.find() : records.findSurely();
    if (table.isEmpty()) {
      return false;
    }
    if (registry.isBeingMade()) {
      if (!shape.hasKeys(records.active()) || !isEmpty()) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The table %s was made meanwhile by somebody else, so it stays. Delete %s by hand, and both if nobody needs them."
                .formatted(names.data(), names.second()));
      }
      return true;
    }
    if (!TableSetup.id(table.get()).equals(registry.table())) {
      LOG.info("the table {} is not the one that was filled; it stays", names.data());
      return false;
    }
    return true;
  }
}
