package dev.acequia.stores.lake;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableClaim;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.lake.maintain.Expiry;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.position.Positions;
import dev.acequia.stores.position.PositionsMigration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the table and its positions to what definition and topic say. What is to be done is found
 * out from what is there, and committed if that has not changed meanwhile; so consumers and other
 * migrations wait for nobody. The ledger's copy beside the table is written first: it is used only
 * when the table is gone, and then it may know more than the table did.
 */
final class LakeMigration implements StoreMigration {
  private static final Logger LOG = LoggerFactory.getLogger(LakeMigration.class);

  /** A migration that meets others this often is to be started again. */
  private static final int ATTEMPTS = 100;

  private final PipelineDefinition definition;
  private final StoreDefinition.Lake store;
  private final LakeTables tables;
  private final CatalogSetup setup;
  private final SchemaChange change;
  private final Optional<TableClaim> claim;
  private final Optional<SpecVersion> version;

  LakeMigration(
      PipelineDefinition definition, StoreDefinition.Lake store, Map<String, String> environment) {
    this.definition = definition;
    this.store = store;
    tables = new LakeTables(store, environment);
    setup = CatalogSetup.of(definition, store, environment);
    change = new SchemaChange(definition, store);
    claim = TableClaim.from(definition, environment);
    version = SpecVersion.fromEnvironment(environment);
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException, StoreUnavailableException {
    try (tables) {
      setup.prepare();
      makeNamespace();
      var positions = new PositionsMigration(definition, log);
      for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt(positions)) {
          return;
        }
      }
      throw new StoreUnavailableException(
          "others changed the table %s all the time".formatted(tables.data()));
    }
  }

  private void makeNamespace() throws StoreUnavailableException {
    var namespace = tables.data().namespace();
    if (tables.catalog() instanceof SupportsNamespaces namespaces) {
      LakeFailure.of(
          () -> {
            if (!namespaces.namespaceExists(namespace)) {
              try {
                namespaces.createNamespace(namespace);
              } catch (RuntimeException e) {
                // A JDBC catalog reports a concurrent creation only as a duplicate row.
                if (!namespaces.namespaceExists(namespace)) {
                  throw e;
                }
                LOG.debug("another has made {}", namespace);
              }
            }
            return namespace;
          });
    }
  }

  /** Whether all is done; false when others changed what it began with. */
  private boolean attempt(PositionsMigration migration)
      throws TerminationException, StoreUnavailableException {
    var beside = Beside.make(tables, store);
    if (claim.isPresent()) {
      claim.get().check(tables.data().toString(), beside.owner(), without(Beside.OWNER));
    }
    var state = tables.find(tables.data()).map(TableState::of).orElse(null);
    checkOrder(beside, state == null ? beside.ledger() : state.ledger());
    if (state == null && !beside.table().isEmpty()) {
      return noteThatItIsGone(beside);
    }
    if (state != null) {
      beside.check(state.table(), tables.data().toString(), without(Beside.TABLE));
    }
    var before = state == null ? new Positions(new TreeMap<>(), beside.ledger()) : state.copy();
    if (state != null) {
      change.check(state);
    }
    var after = new Positions(before);
    var trouble = migration.apply(after);
    var claimed =
        beside
            .withOwner(claim.orElse(beside.owner()))
            .withSpecs(version.map(beside.specs()::with).orElse(beside.specs()))
            .withLedger(after.ledger());
    if (!claimed.save()) {
      return false;
    }
    setup.makeRoles();
    var isDone = state == null ? create(after, beside) : change(state, before, after);
    if (!isDone || !noteThatItIsThere()) {
      return false;
    }
    if (trouble.isPresent()) {
      throw trouble.get();
    }
    return true;
  }

  /** Up to where it was filled is in its last metadata, unless somebody removed its files. */
  private boolean noteThatItIsGone(Beside beside)
      throws TerminationException, StoreUnavailableException {
    if (!beside.table().equals(Beside.GONE)) {
      var ledger = new Ledger(beside.ledger());
      var last = LakeFailure.of(() -> LastMetadata.of(beside, store));
      if (last.isPresent()) {
        var positions = new TreeMap<Integer, Position>();
        last.get().forEach((partition, fenced) -> positions.put(partition, fenced.position()));
        new Positions(positions, ledger).noteWhatWasRead();
      } else {
        ledger.beginAnew();
      }
      if (!beside.withLedger(ledger).withTable(Beside.GONE).save()) {
        return false;
      }
    }
    throw new TerminationException(
        Termination.Reason.StoreRefused,
        "The table %s is gone, but records were stored in it: a new table would lack them. To refill it from the topic, remove the property: %s"
            .formatted(tables.data(), without(Beside.TABLE)));
  }

  private boolean noteThatItIsThere() throws TerminationException, StoreUnavailableException {
    var beside = Beside.make(tables, store);
    var uuid = tables.load(tables.data()).uuid().toString();
    return beside.withTable(uuid).save();
  }

  private boolean create(Positions positions, Beside beside) throws StoreUnavailableException {
    LOG.info("creating {}", tables.data());
    var properties = new HashMap<String, String>();
    properties.put(TableProperties.FORMAT_VERSION, "2");
    properties.put(TableProperties.PARQUET_COMPRESSION, "zstd");
    properties.put(TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true");
    properties.put(TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "20");
    // Each commit is a snapshot, and each commit writes the list of all.
    properties.put(TableProperties.MAX_SNAPSHOT_AGE_MS, String.valueOf(Expiry.KEPT.toMillis()));
    properties.put(TableProperties.METADATA_COMPRESSION, "gzip");
    // A merging commit merges small manifests from this number on.
    properties.put(TableProperties.MANIFEST_MIN_MERGE_COUNT, "30");
    // With the default of 4, four committers failed.
    properties.put(TableProperties.COMMIT_NUM_RETRIES, "30");
    properties.put(TableProperties.COMMIT_MAX_RETRY_WAIT_MS, "2000");
    properties.put(TableProperties.COMMIT_TOTAL_RETRY_TIME_MS, "120000");
    properties.put(TableState.KEY, change.key());
    properties.put(Beside.OF, beside.uuid());
    var fenced = fenced(positions);
    fenced.put(TableState.REVISION, "1");
    properties.putAll(fenced);
    properties.put(LedgerText.KEY, LedgerText.of(positions.ledger()));
    var catalog = tables.catalog();
    return LakeFailure.of(
        () -> {
          try {
            var transaction =
                catalog
                    .buildTable(tables.data(), LakeColumns.of(definition.schema()))
                    // The notes are not parted, so their files are of this first spec.
                    .withPartitionSpec(PartitionSpec.unpartitioned())
                    .withLocation(store.location())
                    .withProperties(properties)
                    .createTransaction();
            // Before the main branch has a snapshot, or the notes would begin with its rows.
            transaction.newFastAppend().toBranch(LakeTables.NOTES).commit();
            change.part(transaction, transaction.table());
            var first = transaction.newFastAppend();
            fenced.forEach(first::set);
            first.commit();
            transaction.commitTransaction();
            return true;
          } catch (AlreadyExistsException e) {
            return false;
          }
        });
  }

  private Map<String, String> fenced(Positions positions) {
    var hash = definition.schema().hash();
    var fenced = new LinkedHashMap<String, String>();
    positions
        .byPartition()
        .forEach(
            (partition, position) ->
                fenced.put(
                    FencedPosition.key(partition), new FencedPosition(position, hash).toString()));
    return fenced;
  }

  private boolean change(TableState state, Positions before, Positions after)
      throws StoreUnavailableException {
    var commit = new FencedCommit(state);
    var fenced = fenced(after);
    var isNeeded = change.isNeeded(state.table());
    for (var one : fenced.entrySet()) {
      if (!one.getValue().equals(state.table().properties().get(one.getKey()))) {
        commit.set(one.getKey(), one.getValue());
        isNeeded = true;
      }
    }
    for (var partition : state.positions().keySet()) {
      if (!after.byPartition().containsKey(partition)) {
        commit.remove(FencedPosition.key(partition));
        isNeeded = true;
      }
    }
    if (!before.ledger().document().equals(after.ledger().document())) {
      isNeeded = true;
    }
    if (!isNeeded) {
      return true;
    }
    commit
        .set(TableState.REVISION, String.valueOf(state.revision() + 1))
        .with(LedgerText.KEY, LedgerText.of(after.ledger()));
    return commit.commit(
            transaction -> {
              change.apply(transaction, state.table());
              return transaction.newFastAppend();
            })
        == FencedCommit.Outcome.DONE;
  }

  /** Passes when no migration of a newer spec has come. */
  private void checkOrder(Beside beside, Ledger ledger) throws StoreUnavailableException {
    if (version.isEmpty() || !beside.specs().supersedes(version.get())) {
      return;
    }
    var text =
        beside.specs().refusal(version.get(), tables.data().toString(), without(Beside.SPECS));
    var word = definition.acceptedOffsets();
    throw new StoreUnavailableException(
        word == null || ledger.knows(word)
            ? text
            : text + ". " + word.lost(definition.namespace(), definition.name()));
  }

  /** The statement that removes a property of the second table. */
  private String without(String property) {
    return "ALTER TABLE %s UNSET TBLPROPERTIES ('%s')".formatted(tables.beside(), property);
  }

  @Override
  public void drop() throws TerminationException, StoreUnavailableException {
    try (tables) {
      if (!setup.isPrepared()) {
        return;
      }
      var beside = Beside.find(tables);
      if (beside.isPresent()) {
        drop(beside.get());
      }
      setup.drop();
    }
  }

  /** Drops the second table last: it names the owner of the first one. */
  private void drop(Beside beside) throws TerminationException, StoreUnavailableException {
    var name = tables.data().toString();
    if (claim.isPresent()) {
      claim.get().checkDrop(name, beside.owner(), without(Beside.OWNER));
    }
    var table = tables.find(tables.data());
    if (table.isPresent()) {
      beside.check(table.get(), name, without(Beside.TABLE));
    }
    var catalog = tables.catalog();
    LakeFailure.of(
        () -> {
          catalog.dropTable(tables.data(), true);
          return catalog.dropTable(tables.beside(), true);
        });
  }
}
