package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IndexMigrationIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Field ID = new Field("id", FieldType.INT64, true, null);
  private static final Field DEST = new Field("dest", FieldType.STRING, false, null);
  private static final Field DELAY = new Field("delay", FieldType.DOUBLE, false, null);

  private final Warehouse warehouse = Warehouse.create();

  private static PipelineDefinition flights(List<Field> fields, String... indexes) {
    var plain =
        definition(
            schema(List.of("id"), fields.toArray(Field[]::new)), LoadMode.UPSERT, TOPIC, 1, null);
    return new PipelineDefinition(
        plain.namespace(),
        plain.name(),
        null,
        plain.schema(),
        plain.topic(),
        new StoreDefinition.Postgres(
            "ops",
            "flights",
            Arrays.stream(indexes)
                .map(index -> new StoreDefinition.Index(List.of(index.split(","))))
                .toList(),
            0),
        plain.mode(),
        plain.maxPageSize(),
        plain.maxDeadLetterRatio(),
        null);
  }

  private void migrate(PipelineDefinition definition) throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(log(TOPIC, 1, 0, 100));
  }

  /** Each index's columns and whether it is whole. */
  private List<String> indexes() throws SQLException {
    return warehouse.rows(
        """
        SELECT string_agg(a.attname, ',' ORDER BY k.position), i.indisvalid
        FROM pg_index i
        CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE i.indrelid = 'ops.flights'::regclass
        GROUP BY i.indexrelid, i.indisvalid ORDER BY i.indexrelid""");
  }

  @Test
  void buildsWhatIsListedAndDropsWhatNoLongerIs() throws Exception {
    migrate(flights(List.of(ID, DEST, DELAY), "dest,delay", "delay"));
    warehouse.asSuperuser("CREATE INDEX by_hand ON ops.flights (delay, id)");
    assertThat(indexes()).containsExactly("id|t", "dest,delay|t", "delay|t", "delay,id|t");

    migrate(flights(List.of(ID, DEST, DELAY), "delay", "delay,dest"));
    assertThat(indexes()).containsExactly("id|t", "delay|t", "delay,id|t", "delay,dest|t");

    migrate(flights(List.of(ID, DEST, DELAY)));
    assertThat(indexes()).containsExactly("id|t", "delay,id|t");
  }

  @Test
  void keepsTheIndexesThatAreThere() throws Exception {
    var definition = flights(List.of(ID, DEST), "dest");
    migrate(definition);
    var before = warehouse.rows("SELECT relname, relfilenode FROM pg_class WHERE relkind = 'i'");
    migrate(definition);
    assertThat(warehouse.rows("SELECT relname, relfilenode FROM pg_class WHERE relkind = 'i'"))
        .isEqualTo(before);
  }

  @Test
  void makesAHalfBuiltOneAnew() throws Exception {
    migrate(flights(List.of(ID, DEST, DELAY), "dest", "delay"));
    warehouse.asSuperuser(
        "UPDATE pg_index SET indisvalid = false WHERE indrelid = 'ops.flights'::regclass"
            + " AND NOT indisprimary");

    migrate(flights(List.of(ID, DEST, DELAY), "delay"));

    assertThat(indexes()).containsExactly("id|t", "delay|t");
  }

  @Test
  void indexesAFieldThatComesWithTheSameChange() throws Exception {
    migrate(flights(List.of(ID), "id"));
    migrate(flights(List.of(ID, DEST), "dest", "id"));
    assertThat(indexes()).containsExactly("id|t", "id|t", "dest|t");
  }

  @Test
  void indexesANewFieldWhileTheFormerSchemaIsLoaded() throws Exception {
    migrate(flights(List.of(ID)));
    var former = schemasInForce();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var snapshot = warehouse.connect(warehouse.reader(), Warehouse.READER_PASSWORD);
        var statement = snapshot.createStatement()) {
      snapshot.setAutoCommit(false);
      snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT 1"); // a concurrent build waits for the end of each snapshot
      var migration = startAndAwaitBuild(executor);

      assertThat(schemasInForce()).isEqualTo(former);
      snapshot.commit();

      assertThat(migration.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(schemasInForce()).isNotEqualTo(former);
    assertThat(indexes()).containsExactly("id|t", "dest|t");
  }

  /** Starts a migration with an index, and waits until its build waits for a transaction. */
  private Future<Boolean> startAndAwaitBuild(ExecutorService executor) {
    var migration =
        executor.submit(
            () -> {
              migrate(flights(List.of(ID, DEST), "dest"));
              return true;
            });
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                !warehouse
                    .rows(
                        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND query LIKE 'CREATE INDEX CONCURRENTLY%'")
                    .isEmpty());
    return migration;
  }

  /** An administrator may set limits for the role of the migration. */
  @Test
  void isNotEndedByTheRolesOwnLimits() throws Exception {
    warehouse.asSuperuser(
        "ALTER ROLE %s SET statement_timeout = '1s'".formatted(warehouse.admin()),
        "ALTER ROLE %s SET transaction_timeout = '1s'".formatted(warehouse.admin()));
    migrate(flights(List.of(ID)));
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var blocker = warehouse.connect(warehouse.reader(), Warehouse.READER_PASSWORD);
        var statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      blocker.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT 1");
      var migration = startAndAwaitBuild(executor);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  migration.isDone()
                      || !warehouse
                          .rows(
                              "SELECT pid FROM pg_stat_activity"
                                  + " WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
                                  + " AND clock_timestamp() - query_start > interval '1500 ms'")
                          .isEmpty());
      blocker.commit();
      migration.get(20, TimeUnit.SECONDS);
    }
    assertThat(indexes()).containsExactly("id|t", "dest|t");
  }

  /** PostgreSQL would build the index twice. */
  @Test
  void addsTheColumnsTogetherWhereTheTableIsWrittenAnew() throws Exception {
    migrate(flights(List.of(ID, new Field("seats", FieldType.INT32, false, null))));
    migrate(flights(List.of(ID, new Field("seats", FieldType.INT64, false, null), DEST), "dest"));
    assertThat(indexes()).containsExactly("id|t", "dest|t");
  }

  /** What a load compares its own with. */
  private List<String> schemasInForce() throws SQLException {
    return warehouse.rows("SELECT DISTINCT schema_hash FROM ops._acequia_offsets_flights");
  }

  @Test
  void waitsForAnOlderTransactionWhileOthersWrite() throws Exception {
    migrate(flights(List.of(ID, DEST)));
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var older = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var other = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var inOlder = older.createStatement();
        var inOther = other.createStatement()) {
      older.setAutoCommit(false);
      inOlder.execute(insert(1));
      var migration = startAndAwaitBuild(executor);

      inOther.setQueryTimeout(5);
      inOther.execute(insert(2));
      assertThat(migration.isDone()).isFalse();
      older.commit();

      assertThat(migration.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(indexes()).containsExactly("id|t", "dest|t");
    assertThat(warehouse.rows("SELECT id FROM ops.flights ORDER BY id")).containsExactly("1", "2");
  }

  @Test
  void twoMigrationsDoNotBuildTheSameAtOnce() throws Exception {
    migrate(flights(List.of(ID, DEST)));
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var both =
          java.util.stream.Stream.of("dest", "dest")
              .map(
                  index ->
                      executor.submit(
                          () -> {
                            migrate(flights(List.of(ID, DEST), index));
                            return true;
                          }))
              .toList();
      for (var one : both) {
        assertThat(one.get(30, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(indexes()).containsExactly("id|t", "dest|t");
  }

  @Test
  void repeatsTheDatabasesWordsWhereItRefuses() throws Exception {
    migrate(flights(List.of(ID, DEST)));
    warehouse.asSuperuser(
        "INSERT INTO ops.flights SELECT 1, string_agg(md5(i::text), ''), 1, 0, 0 FROM generate_series(1, 300) i");
    assertThatThrownBy(() -> migrate(flights(List.of(ID, DEST), "dest")))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("index row");
    assertThatThrownBy(() -> migrate(flights(List.of(ID, DEST), "dest")))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("index row");
  }

  private static String insert(int id) {
    return "INSERT INTO ops.flights VALUES (%d, 'MIA', 1, 0, %d)".formatted(id, id);
  }
}
