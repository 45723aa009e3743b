package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.SpecVersion;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableClaim;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares table, offsets and roles in a few short transactions: first a look, which refuses what
 * cannot be done; then schema and roles, under a lock that the pipelines of one schema share; then
 * the tables, under a lock of this pipeline's own. Indexes are built outside of transactions, so
 * that nobody waits for them. Within the last, the offsets come before the table, as in the
 * consumer's transactions, so that the two never wait for each other in a circle.
 */
public final class PostgresMigration implements StoreMigration {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresMigration.class);

  /** The first with all that is used here and whose releases are still made. */
  private static final int OLDEST_SERVER = 14;

  private final PipelineDefinition definition;
  private final TableNames names;
  private final MigrationSteps steps;
  private final IndexMigration indexes;
  private final ProvenanceUpgrade upgrade;
  private final Optional<PipelineRole> writer;
  private final Optional<PipelineRole> reader;
  private final RewritePermit permit;
  private final Optional<TableClaim> claim;
  private final MigrationOrder order;

  /** Needs the environment's {@code STORE_*}; connects when first used. */
  public PostgresMigration(
      PipelineDefinition definition,
      StoreDefinition.Postgres store,
      Map<String, String> environment) {
    this.definition = definition;
    names = TableNames.of(store);
    steps = new MigrationSteps(PostgresAccess.fromEnvironment(environment));
    order = new MigrationOrder(names, definition, SpecVersion.fromEnvironment(environment));
    indexes = new IndexMigration(names, store.indexes(), steps, order);
    upgrade = new ProvenanceUpgrade(names, definition.mode(), steps, indexes);
    writer = PipelineRole.writer(environment);
    reader = PipelineRole.reader(environment);
    permit = RewritePermit.of(definition, environment);
    claim = TableClaim.from(definition, environment);
  }

  @Override
  public void migrate(TopicLog log) throws TerminationException, StoreUnavailableException {
    for (var role : roles()) {
      role.check();
    }
    try (steps) {
      steps.run(PostgresMigration::checkServer);
      steps.run(this::checkOwner);
      steps.run(this::noteWhatWasRead);
      steps.run(connection -> look(connection, log));
      steps.run(this::prepareSchemaAndRoles);
      // Before the offsets take the new schema: from then on the load waits for the migration.
      steps.run(this::addIndexedFields);
      indexes.apply();
      upgrade.prepare(log);
      steps.run(this::addColumns);
      var trouble = steps.run(connection -> prepareTables(connection, log));
      indexes.apply(); // of a table that is new
      if (trouble.isPresent()) {
        throw trouble.get();
      }
      forgetUnreadable(log);
    }
  }

  @Override
  public void drop() throws TerminationException, StoreUnavailableException {
    try (steps) {
      steps.run(this::dropAll);
    }
  }

  private static boolean checkServer(Connection connection)
      throws SQLException, TerminationException {
    checkServer(connection.getMetaData().getDatabaseProductVersion());
    return true;
  }

  /** Older servers walk through a whole table for each range of blocks. */
  static void checkServer(String version) throws TerminationException {
    if (Integer.parseInt(version.split("\\D", 2)[0]) < OLDEST_SERVER) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "The store is PostgreSQL %s; Acequia needs %d or later. Upgrade the server. Nothing was changed."
              .formatted(version, OLDEST_SERVER));
    }
  }

  /** Another installation's pipeline of this name has tables of these names. */
  private boolean checkOwner(Connection connection) throws SQLException, TerminationException {
    if (claim.isPresent()) {
      ownerRow(connection, claim.get()).check();
    }
    return true;
  }

  /** Stores the read positions of a missing table before the advice to drop its offsets. */
  private boolean noteWhatWasRead(Connection connection) throws SQLException {
    var isGone =
        TableState.read(connection, names.data()).isEmpty()
            && hasOffsets(connection)
            && TableState.read(connection, names.generations()).isPresent();
    if (isGone) {
      GenerationLedger.bringUpToDate(connection, names);
      GenerationLedger.noteRead(connection, names);
    }
    return isGone;
  }

  /** Refuses before anything is done. */
  private boolean look(Connection connection, TopicLog log)
      throws SQLException, TerminationException, StoreUnavailableException {
    order.check(connection);
    changes(connection);
    if (TableState.read(connection, names.offsets()).isPresent()) {
      var trouble = new OffsetsMigration(connection, names, definition, log).foreseeableTrouble();
      if (trouble.isPresent()) {
        throw trouble.get();
      }
    }
    return true;
  }

  private boolean prepareSchemaAndRoles(Connection connection)
      throws SQLException, TerminationException, StoreUnavailableException {
    MigrationSteps.lock(connection, names.schema());
    checkOwner(connection);
    order.check(connection); // an older one would bring former passwords back
    GenerationLedger.bringUpToDate(connection, names);
    if (TableState.read(connection, names.generations()).isPresent()) {
      order.note(connection);
    }
    if (!schemaExists(connection)) {
      execute(connection, "CREATE SCHEMA " + names.quotedSchema());
      execute(
          connection,
          "COMMENT ON SCHEMA " + names.quotedSchema() + " IS '" + Ownership.SCHEMA + "'");
    }
    // Before the roles: those of another installation's pipeline have the same names.
    if (claim.isPresent()) {
      ownerRow(connection, claim.get()).claim();
    }
    var ownership = new RoleOwnership(connection, names, definition);
    for (var role : roles()) {
      role.create(connection, ownership);
      role.grant(connection, List.of("USAGE ON SCHEMA " + names.quotedSchema()));
    }
    return true;
  }

  private Optional<TerminationException> prepareTables(Connection connection, TopicLog log)
      throws SQLException, TerminationException, StoreUnavailableException {
    MigrationSteps.lock(connection, names.data());
    checkOwner(connection); // a person may have handed the table over meanwhile
    order.check(connection);
    var changes = changes(connection);
    if (changes.isEmpty()) {
      create(connection);
    }
    addTables(connection);
    // The offsets' rows first: a consumer that holds them goes on to the table.
    var trouble = new OffsetsMigration(connection, names, definition, log).apply();
    order.note(connection);
    upgrade.finish(connection);
    if (changes.isPresent()) {
      alter(connection, changes.get().actions());
    }
    if (definition.mode() == LoadMode.UPSERT) {
      prepareDeletions(connection);
    }
    grant(connection);
    return trouble;
  }

  /**
   * Adds the columns of new fields that an index needs. Loads of the former schema leave them null.
   * A table rewrite rebuilds the indexes, so the rewrite then adds the columns.
   */
  private boolean addIndexedFields(Connection connection)
      throws SQLException, TerminationException, StoreUnavailableException {
    MigrationSteps.lock(connection, names.data());
    checkOwner(connection);
    order.check(connection);
    var changes = changes(connection);
    if (changes.isPresent() && changes.get().widened().isEmpty()) {
      var additions = changes.get().additions();
      alter(
          connection,
          indexes.fields().stream().filter(additions::containsKey).map(additions::get).toList());
    }
    return true;
  }

  private void alter(Connection connection, List<String> actions) throws SQLException {
    if (!actions.isEmpty()) {
      var change = String.join(", ", actions);
      LOG.info("changing {}: {}", names.data(), change);
      execute(connection, "ALTER TABLE " + names.data() + " " + change);
    }
  }

  /** Tables that former versions did not make. */
  private void addTables(Connection connection) throws SQLException {
    execute(
        connection,
        "CREATE TABLE IF NOT EXISTS "
            + names.repeats()
            + " (generation integer, partition integer, \"offset\" bigint,"
            + " PRIMARY KEY (generation, partition, \"offset\"))");
    execute(
        connection,
        "CREATE TABLE IF NOT EXISTS "
            + names.replays()
            + " (replay uuid, partition integer, PRIMARY KEY (replay, partition))");
  }

  /**
   * Runs in a separate transaction and locks in the load's order, because the load needs these
   * tables all the time.
   */
  private boolean addColumns(Connection connection)
      throws SQLException, TerminationException, StoreUnavailableException {
    MigrationSteps.lock(connection, names.data());
    checkOwner(connection);
    order.check(connection);
    var offsets = TableState.read(connection, names.offsets());
    if (offsets.isPresent() && !offsets.get().columns().containsKey("replay")) {
      execute(
          connection,
          "ALTER TABLE "
              + names.offsets()
              + " ADD COLUMN replay uuid, ADD COLUMN replay_from bigint,"
              + " ADD COLUMN replay_until bigint, ADD COLUMN replay_resume bigint");
    }
    var marks = TableState.read(connection, names.idempotency());
    if (marks.isPresent() && !marks.get().columns().containsKey("pushed_ms")) {
      execute(connection, "ALTER TABLE " + names.idempotency() + " ADD COLUMN pushed_ms bigint");
    }
    return true;
  }

  /**
   * Of records that are in the log no more, nothing need be remembered. Not in the transaction that
   * locks the offsets, since there may be many.
   */
  private void forgetUnreadable(TopicLog log)
      throws TerminationException, StoreUnavailableException {
    new BlockSteps(steps)
        .run(
            names.repeats(),
            (connection, blocks) -> {
              try (var statement =
                  connection.prepareStatement(
                      "DELETE FROM "
                          + names.repeats()
                          + " r USING unnest(?::bigint[]) WITH ORDINALITY AS l (beginning, number)"
                          + " JOIN (SELECT partition, min(generation) AS first,"
                          + " max(generation) AS last FROM "
                          + names.generations()
                          + " WHERE topic_id = ? GROUP BY partition) g"
                          + " ON g.partition = l.number - 1 WHERE r.partition = g.partition"
                          // Of a topic that came later, this migration knows nothing.
                          + " AND (r.generation < g.first OR r.generation <= g.last"
                          + " AND r.\"offset\" < l.beginning) AND "
                          + blocks)) {
                statement.setObject(
                    1, log.partitions().stream().mapToLong(TopicLog.Range::beginning).toArray());
                statement.setObject(2, log.topicId());
                statement.executeUpdate();
              }
            });
  }

  /** What to do to the table; empty when there is none. */
  private Optional<SchemaChange.Alteration> changes(Connection connection)
      throws SQLException, TerminationException {
    var table = TableState.read(connection, names.data());
    if (table.isEmpty()) {
      if (hasOffsets(connection)) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The table %s is gone, but the offsets up to which it was filled are there: what was read before would be missing. To fill it anew from the topic, run: DROP TABLE IF EXISTS %s"
                .formatted(names.data(), String.join(", ", names.refilled())));
      }
      return Optional.empty();
    }
    new Ownership(connection, names, definition).check();
    var alteration = SchemaChange.of(table.get(), definition.schema(), definition.mode());
    permit.check(connection, names, alteration);
    return Optional.of(alteration);
  }

  private void create(Connection connection) throws SQLException {
    LOG.info("creating {}", names.data());
    execute(connection, SchemaChange.create(names.data(), definition.schema(), definition.mode()));
    execute(connection, OffsetsMigration.create(names));
    execute(connection, GenerationLedger.create(names));
    execute(
        connection,
        "CREATE TABLE IF NOT EXISTS "
            + names.idempotency()
            + " (key uuid, index bigint, generation integer NOT NULL, partition integer NOT NULL,"
            + " \"offset\" bigint NOT NULL, hash uuid, pushed_ms bigint,"
            + " seen_at timestamptz NOT NULL DEFAULT now(),"
            + " PRIMARY KEY (key, index))");
    new Ownership(connection, names, definition).claim();
  }

  private void prepareDeletions(Connection connection) throws SQLException {
    var deletions = new DeletionStatements(names, definition.schema());
    execute(connection, deletions.create());
    var widening = deletions.widening(TableState.read(connection, names.deletions()).orElseThrow());
    if (widening.isPresent()) {
      execute(connection, widening.get());
    }
  }

  private void grant(Connection connection) throws SQLException, TerminationException {
    if (writer.isPresent()) {
      var rows =
          definition.mode() == LoadMode.UPSERT
              ? "SELECT, INSERT, UPDATE, DELETE"
              : "SELECT, INSERT";
      writer
          .get()
          .grant(
              connection,
              List.of(
                  rows + " ON " + names.data(),
                  "SELECT, UPDATE ON " + names.offsets(),
                  "SELECT, UPDATE (forgotten_before) ON " + names.generations(),
                  // SELECT FOR UPDATE needs the right to update a column.
                  "SELECT, INSERT, DELETE, UPDATE (seen_at) ON " + names.idempotency(),
                  "SELECT, INSERT ON " + names.repeats(),
                  "SELECT, INSERT ON " + names.replays()));
      if (definition.mode() == LoadMode.UPSERT) {
        writer
            .get()
            .grant(connection, List.of("SELECT, INSERT, UPDATE, DELETE ON " + names.deletions()));
      }
      checkTemporary(connection, writer.get());
    }
    if (reader.isPresent()) {
      reader.get().grant(connection, List.of("SELECT ON " + names.data()));
    }
  }

  /** Every role has it, unless the database's owner took it away. */
  private static void checkTemporary(Connection connection, PipelineRole role)
      throws SQLException, TerminationException {
    try (var statement =
        connection.prepareStatement(
            "SELECT has_database_privilege(?, current_database(), 'TEMPORARY'),"
                + " quote_ident(current_database())")) {
      statement.setString(1, role.name());
      try (var row = statement.executeQuery()) {
        if (row.next() && !row.getBoolean(1)) {
          throw new TerminationException(
              Termination.Reason.StoreRefused,
              "The role %s may not create temporary tables. As the database's owner, run: GRANT TEMPORARY ON DATABASE %s TO %s"
                  .formatted(role.name(), row.getString(2), Sql.quoted(role.name())));
        }
      }
    }
  }

  private boolean dropAll(Connection connection) throws SQLException, TerminationException {
    MigrationSteps.lock(connection, names.schema());
    MigrationSteps.lock(connection, names.data());
    if (claim.isPresent()) {
      ownerRow(connection, claim.get()).checkDrop();
    }
    if (TableState.read(connection, names.data()).isPresent()) {
      new Ownership(connection, names, definition).check();
    }
    var made = rolesMade(connection); // before the grants are gone
    for (var table : names.all()) {
      execute(connection, "DROP TABLE IF EXISTS " + table);
    }
    var schemaStays = schemaExists(connection);
    if (schemaStays && new Ownership(connection, names, definition).isSchemaOursAndEmpty()) {
      execute(connection, "DROP SCHEMA " + names.quotedSchema());
      schemaStays = false;
    }
    for (var role : made) {
      role.drop(connection, names.quotedSchema(), schemaStays);
    }
    LOG.info("dropped {} and what belongs to it", names.data());
    return true;
  }

  private OwnerRow ownerRow(Connection connection, TableClaim by) {
    return new OwnerRow(connection, names, by);
  }

  /**
   * Those that the environment names, and those that the table does: names come from Secrets, which
   * a deletion in the foreground removes first, and former versions named roles otherwise.
   */
  private Collection<PipelineRole> rolesMade(Connection connection) throws SQLException {
    var ownership = new RoleOwnership(connection, names, definition);
    var made = new TreeMap<String, PipelineRole>();
    ownership.ownOnTable().forEach(role -> made.put(role.name(), role));
    for (var role : roles()) {
      if (made.containsKey(role.name()) || !role.isMade(connection)) {
        continue;
      }
      if (ownership.isOwn(role) || ownership.isUnclaimed(role)) {
        made.put(role.name(), role);
      } else {
        LOG.warn("role {} was not made for this pipeline and stays", role);
      }
    }
    return made.values();
  }

  private List<PipelineRole> roles() {
    return Stream.concat(writer.stream(), reader.stream()).toList();
  }

  private boolean hasOffsets(Connection connection) throws SQLException {
    return TableState.read(connection, names.offsets()).isPresent();
  }

  private boolean schemaExists(Connection connection) throws SQLException {
    try (var statement =
        connection.prepareStatement("SELECT FROM pg_namespace WHERE nspname = ?")) {
      statement.setString(1, names.schema());
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
