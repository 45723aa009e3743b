package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the tables of a former version, whose rows name their topic, the generation instead; while
 * that version's consumer goes on writing to them. The column's default is the generation of what
 * that consumer writes. The data table has been upgraded when its {@code _topic_id} may be null;
 * until then each step can be taken again.
 */
final class ProvenanceUpgrade {
  private static final Logger LOG = LoggerFactory.getLogger(ProvenanceUpgrade.class);

  private final TableNames names;
  private final LoadMode mode;
  private final MigrationSteps steps;
  private final IndexMigration indexes;

  ProvenanceUpgrade(TableNames names, LoadMode mode, MigrationSteps steps, IndexMigration indexes) {
    this.names = names;
    this.mode = mode;
    this.steps = steps;
    this.indexes = indexes;
  }

  /** Does what takes long, and keeps nobody waiting; {@link #finish} is to follow. */
  void prepare(TopicLog log) throws TerminationException, StoreUnavailableException {
    if (!steps.run(this::isDue)) {
      return;
    }
    LOG.info("bringing {} up to date: its rows get the generation of their log", names.data());
    var topics = steps.run(connection -> topics(connection, log.topicId()));
    steps.run(connection -> addColumns(connection, topics, log.topicId()));
    setOlderGenerations();
    if (mode == LoadMode.APPEND) {
      indexes.buildUnique(names.provenanceIndex(), Provenance.COLUMNS);
    }
  }

  /** Ends it, in the transaction of the migration. */
  void finish(Connection connection) throws SQLException {
    if (!isDue(connection)) {
      return;
    }
    if (mode == LoadMode.UPSERT) {
      setGenerationsOfReplaced(connection);
    }
    execute(connection, "ALTER TABLE " + names.offsets() + " DROP COLUMN accepted");
    if (mode == LoadMode.APPEND) {
      var key = primaryKey(connection, names.data());
      execute(connection, "ALTER TABLE " + names.data() + " DROP CONSTRAINT " + key);
      execute(
          connection,
          "ALTER TABLE "
              + names.data()
              + " ADD CONSTRAINT "
              + key
              + " PRIMARY KEY USING INDEX "
              + Sql.quoted(names.provenanceIndex()));
    }
    execute(
        connection, "ALTER TABLE " + names.data() + " ALTER COLUMN \"_topic_id\" DROP NOT NULL");
    if (has(connection, names.repeats(), "topic_id")) {
      execute(
          connection,
          "ALTER TABLE "
              + names.repeats()
              + " DROP CONSTRAINT "
              + primaryKey(connection, names.repeats()));
      execute(
          connection,
          "ALTER TABLE "
              + names.repeats()
              + " ADD PRIMARY KEY (generation, partition, \"offset\"),"
              + " ALTER COLUMN topic_id DROP NOT NULL");
    }
  }

  private boolean isDue(Connection connection) throws SQLException {
    return column(connection, names.data(), Provenance.TOPIC_ID)
        .filter(TableState.Column::notNull)
        .isPresent();
  }

  /**
   * All topics that rows are of, in the order of the generations that they get: what the consumer
   * of the former version reads has the last.
   */
  private List<UUID> topics(Connection connection, UUID current) throws SQLException {
    var offsets = topics(connection, names.offsets(), "topic_id");
    var all = ofData(connection);
    for (var table : List.of(names.idempotency(), names.repeats())) {
      all.addAll(topics(connection, table, "topic_id"));
    }
    all.addAll(topics(connection, names.deletions(), Provenance.TOPIC_ID));
    var ordered = new LinkedHashSet<UUID>();
    all.stream().filter(topic -> !offsets.contains(topic)).forEach(ordered::add);
    offsets.stream().filter(topic -> !topic.equals(current)).forEach(ordered::add);
    if (offsets.contains(current) || ordered.isEmpty()) {
      ordered.add(current);
    }
    return List.copyOf(ordered);
  }

  private SortedSet<UUID> ofData(Connection connection) throws SQLException {
    if (mode == LoadMode.APPEND) {
      return read(
          connection,
          // From one to the next by the primary key, which begins with it.
          """
          WITH RECURSIVE t (topic) AS (
            (SELECT "_topic_id" FROM %s ORDER BY "_topic_id" LIMIT 1)
            UNION ALL
            SELECT (SELECT d."_topic_id" FROM %s d WHERE d."_topic_id" > t.topic
              ORDER BY d."_topic_id" LIMIT 1)
            FROM t WHERE t.topic IS NOT NULL)
          SELECT topic FROM t WHERE topic IS NOT NULL"""
              .formatted(names.data(), names.data()));
    }
    // Another topic than the one at hand takes a person's word.
    return read(
                connection,
                "SELECT topic_id FROM " + names.offsets() + " WHERE accepted IS NOT NULL LIMIT 1")
            .isEmpty()
        ? new TreeSet<>()
        : topics(connection, names.data(), Provenance.TOPIC_ID);
  }

  private boolean addColumns(Connection connection, List<UUID> topics, UUID current)
      throws SQLException {
    MigrationSteps.lock(connection, names.data());
    if (has(connection, names.data(), Provenance.GENERATION)) {
      return true;
    }
    execute(connection, GenerationLedger.create(names));
    // In the order of the consumer's transactions.
    execute(
        connection,
        "ALTER TABLE "
            + names.offsets()
            + " ADD COLUMN epoch_offset bigint, ADD COLUMN leader_epoch integer,"
            + " ADD COLUMN replay_resume_epoch integer,"
            + " ADD COLUMN replay_accepted boolean NOT NULL DEFAULT false");
    GenerationLedger.read(connection, names).begin(partitions(connection), topics);
    execute(
        connection,
        "UPDATE "
            + names.generations()
            + " g SET words = ARRAY[o.accepted] FROM "
            + names.offsets()
            + " o WHERE o.partition = g.partition AND o.accepted IS NOT NULL");
    var generation = topics.size();
    // Consumers of the former version look for the topic in what is remembered.
    var topic = " SET DEFAULT '" + current + "'";
    if (has(connection, names.idempotency(), "topic_id")) {
      execute(
          connection,
          "ALTER TABLE %s ADD COLUMN generation integer NOT NULL DEFAULT %d, ADD COLUMN hash uuid, ALTER COLUMN topic_id %s"
              .formatted(names.idempotency(), generation, topic));
      execute(connection, FormerMarks.note(names));
    }
    if (has(connection, names.repeats(), "topic_id")) {
      execute(
          connection,
          "ALTER TABLE %s ADD COLUMN generation integer NOT NULL DEFAULT %d, ALTER COLUMN topic_id %s"
              .formatted(names.repeats(), generation, topic));
    }
    var added =
        "ADD COLUMN "
            + Sql.quoted(Provenance.GENERATION)
            + " integer NOT NULL DEFAULT "
            + generation;
    if (has(connection, names.deletions(), Provenance.TOPIC_ID)) {
      execute(
          connection,
          "ALTER TABLE "
              + names.deletions()
              + " "
              + added
              + ", ALTER COLUMN \"_topic_id\""
              + topic);
    }
    execute(connection, "ALTER TABLE " + names.data() + " " + added);
    return true;
  }

  private void setOlderGenerations() throws TerminationException, StoreUnavailableException {
    var generations = new TreeMap<Integer, UUID>();
    steps.run(
        connection -> {
          generations.clear();
          GenerationLedger.read(connection, names)
              .firstGenerations()
              .forEach((topic, generation) -> generations.put(generation, topic));
          return true;
        });
    for (var older : generations.headMap(generations.lastKey()).entrySet()) {
      var to = older.getKey();
      var topic = older.getValue();
      setGeneration(names.data(), Provenance.GENERATION, Provenance.TOPIC_ID, to, topic);
      setGeneration(names.deletions(), Provenance.GENERATION, Provenance.TOPIC_ID, to, topic);
      setGeneration(names.idempotency(), "generation", "topic_id", to, topic);
      setGeneration(names.repeats(), "generation", "topic_id", to, topic);
    }
  }

  /**
   * That consumer has replaced rows meanwhile, of which it left the generation as it was. It stores
   * nothing more: its transactions begin with the offsets, which this one has locked, and which
   * then name another format. Where all rows are of one topic, the columns' default is right.
   */
  private void setGenerationsOfReplaced(Connection connection) throws SQLException {
    if (GenerationLedger.read(connection, names).firstGenerations().size() == 1) {
      return;
    }
    for (var table : List.of(names.data(), names.deletions())) {
      if (has(connection, table, Provenance.TOPIC_ID)) {
        execute(
            connection,
            """
            UPDATE %s t SET "_generation" = g.generation
              FROM (SELECT topic_id, min(generation) AS generation FROM %s GROUP BY topic_id) g
              WHERE t."_topic_id" = g.topic_id AND t."_generation" <> g.generation"""
                .formatted(table, names.generations()));
      }
    }
  }

  /**
   * A consumer that replaces a row has it locked, and its row gets its generation in the end: to
   * wait for it, with other rows locked, could block consumers for as long as the table is large.
   */
  private void setGeneration(String table, String column, String topicColumn, int to, UUID topic)
      throws TerminationException, StoreUnavailableException {
    if (!steps.run(connection -> has(connection, table, topicColumn))) {
      return;
    }
    var skipping = mode == LoadMode.UPSERT && topicColumn.equals(Provenance.TOPIC_ID);
    var locking = skipping ? " FOR UPDATE SKIP LOCKED" : "";
    new BlockSteps(steps)
        .run(
            table,
            (connection, blocks) -> {
              try (var statement =
                  connection.prepareStatement(
                      "UPDATE %1$s SET %2$s = ? WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE %3$s = ? AND %2$s <> ? AND %4$s%5$s))"
                          .formatted(
                              table,
                              Sql.quoted(column),
                              Sql.quoted(topicColumn),
                              blocks,
                              locking))) {
                statement.setInt(1, to);
                statement.setObject(2, topic);
                statement.setInt(3, to);
                statement.executeUpdate();
              }
            });
  }

  private List<Integer> partitions(Connection connection) throws SQLException {
    var partitions = new ArrayList<Integer>();
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition FROM " + names.offsets() + " ORDER BY partition")) {
      while (rows.next()) {
        partitions.add(rows.getInt(1));
      }
    }
    return partitions;
  }

  private static SortedSet<UUID> topics(Connection connection, String table, String column)
      throws SQLException {
    return has(connection, table, column)
        ? read(connection, "SELECT DISTINCT " + Sql.quoted(column) + " FROM " + table)
        : new TreeSet<>();
  }

  private static SortedSet<UUID> read(Connection connection, String sql) throws SQLException {
    var topics = new TreeSet<UUID>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        topics.add(rows.getObject(1, UUID.class));
      }
    }
    return topics;
  }

  private static boolean has(Connection connection, String table, String column)
      throws SQLException {
    return column(connection, table, column).isPresent();
  }

  private static Optional<TableState.Column> column(
      Connection connection, String table, String column) throws SQLException {
    return TableState.read(connection, table).stream()
        .flatMap(state -> Stream.ofNullable(state.columns().get(column)))
        .findFirst();
  }

  /** Its name, quoted. */
  private static String primaryKey(Connection connection, String table) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT quote_ident(conname) FROM pg_constraint"
                + " WHERE conrelid = to_regclass(?) AND contype = 'p'")) {
      statement.setString(1, table);
      try (var row = statement.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException(table + " has no primary key");
        }
        return row.getString(1);
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
