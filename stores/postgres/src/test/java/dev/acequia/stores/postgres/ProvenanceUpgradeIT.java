package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.kafkaId;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables as the version before made them, whose rows name their topic. */
class ProvenanceUpgradeIT {
  private static final UUID OLDER = new UUID(9, 9);
  private static final UUID TOPIC = new UUID(1, 2);
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));

  private final Warehouse warehouse = Warehouse.create();

  /** Rows of two topics: the offsets of the older one were accepted away. */
  private void former(LoadMode mode) throws SQLException {
    try (var connection = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE SCHEMA ops;
          CREATE TABLE ops.flights ("id" bigint NOT NULL, "name" text,
            "_topic_id" uuid NOT NULL, "_partition" integer NOT NULL, "_offset" bigint NOT NULL,
            PRIMARY KEY (%s));
          CREATE TABLE ops._acequia_offsets_flights (partition integer PRIMARY KEY,
            topic_id uuid NOT NULL, next_offset bigint NOT NULL, fence bigint NOT NULL,
            schema_hash text NOT NULL, accepted text,
            replay uuid, replay_from bigint, replay_until bigint, replay_resume bigint)
            WITH (fillfactor = 10);
          CREATE TABLE ops._acequia_idempotency_flights (key uuid, index bigint,
            topic_id uuid NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL,
            seen_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (key, index));
          CREATE INDEX _acequia_seen_flights ON ops._acequia_idempotency_flights
            USING brin (seen_at);
          CREATE TABLE ops._acequia_repeats_flights (topic_id uuid, partition integer,
            "offset" bigint, PRIMARY KEY (topic_id, partition, "offset"));
          CREATE TABLE ops._acequia_replays_flights (replay uuid, partition integer,
            PRIMARY KEY (replay, partition));
          COMMENT ON TABLE ops._acequia_offsets_flights IS 'Acequia pipeline ops/flights';
          """
              .formatted(
                  mode == LoadMode.UPSERT
                      ? "\"id\""
                      : "\"_topic_id\", \"_partition\", \"_offset\""));
      if (mode == LoadMode.UPSERT) {
        statement.execute(
            """
            CREATE TABLE ops._acequia_deleted_flights ("id" bigint, "_topic_id" uuid NOT NULL,
              "_partition" integer NOT NULL, "_offset" bigint NOT NULL,
              deleted_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY ("id"));
            INSERT INTO ops._acequia_deleted_flights VALUES (70, '%s', 0, 70), (71, '%s', 0, 71);
            """
                .formatted(OLDER, TOPIC));
      }
      statement.execute(
          """
          INSERT INTO ops._acequia_offsets_flights VALUES
            (0, '%2$s', 8, 3, '%3$s', 'word'), (1, '%2$s', 0, 1, '%3$s', 'word');
          INSERT INTO ops.flights VALUES (1, 'a', '%1$s', 0, 50), (2, 'b', '%1$s', 0, 51),
            (3, 'c', '%2$s', 0, 6), (4, 'd', '%2$s', 0, 7);
          INSERT INTO ops._acequia_idempotency_flights VALUES
            ('00000000-0000-0000-0000-000000000001', 0, '%1$s', 0, 50),
            ('00000000-0000-0000-0000-000000000002', 0, '%2$s', 0, 6);
          INSERT INTO ops._acequia_repeats_flights VALUES ('%1$s', 0, 52), ('%2$s', 0, 5);
          """
              .formatted(OLDER, TOPIC, SCHEMA.hash()));
    }
  }

  private static PipelineDefinition of(LoadMode mode) {
    return definition(SCHEMA, mode, TOPIC, 2, null);
  }

  private void migrate(PipelineDefinition definition) throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(log(definition.topic().uuid(), 2, 0, 100));
  }

  @ParameterizedTest
  @EnumSource
  void givesRowsTheGenerationOfTheirTopic(LoadMode mode) throws Exception {
    former(mode);
    migrate(of(mode));

    assertThat(warehouse.rows("SELECT name, _generation, _offset FROM ops.flights ORDER BY id"))
        .containsExactly("a|1|50", "b|1|51", "c|2|6", "d|2|7");
    assertThat(
            warehouse.rows(
                "SELECT generation, hash FROM ops._acequia_idempotency_flights ORDER BY 1"))
        .containsExactly("1|null", "2|null");
    assertThat(warehouse.rows("SELECT generation, \"offset\" FROM ops._acequia_repeats_flights"))
        .containsExactly("2|5"); // the others are in no log
    if (mode == LoadMode.UPSERT) {
      assertThat(
              warehouse.rows("SELECT id, _generation FROM ops._acequia_deleted_flights ORDER BY 1"))
          .containsExactly("70|1", "71|2");
    }
    try (var writer = StoreWriter.open(of(mode), warehouse.writerEnvironment("pod"))) {
      var claim = writer.claim(0).orElseThrow();
      assertThat(claim.nextOffset()).isEqualTo(8);
      assertThat(claim.leaderEpoch()).isNull();
      assertThat(claim.lineage()).isEqualTo(Lineage.of(2));
    }
  }

  /** Its statements name no generation, so that a row which they replace keeps the one it had. */
  @Test
  void takesRowsThatTheFormerVersionsConsumerReplacesMeanwhile() throws Exception {
    former(LoadMode.UPSERT);
    prepare(LoadMode.UPSERT);
    try (var connection = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          """
          UPDATE ops.flights SET "name" = 'new', "_topic_id" = '%1$s', "_offset" = 9 WHERE id = 1;
          UPDATE ops._acequia_deleted_flights SET "_topic_id" = '%1$s', "_offset" = 10
            WHERE id = 70;
          """
              .formatted(TOPIC));
    }
    migrate(of(LoadMode.UPSERT));
    assertThat(warehouse.rows("SELECT name, _generation, _offset FROM ops.flights ORDER BY id"))
        .containsExactly("new|2|9", "b|1|51", "c|2|6", "d|2|7");
    assertThat(
            warehouse.rows("SELECT id, _generation FROM ops._acequia_deleted_flights ORDER BY 1"))
        .containsExactly("70|2", "71|2");
  }

  /** Its consumer holds a row of an older topic, and neither waits for the other. */
  @Test
  void setsGenerationsBesideTheFormerVersionsConsumer() throws Exception {
    former(LoadMode.UPSERT);
    try (var connection = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = connection.createStatement();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var names = new TableNames("ops", "flights");
      var steps =
          new MigrationSteps(PostgresAccess.fromEnvironment(warehouse.migrationEnvironment()));
      var order = new MigrationOrder(names, of(LoadMode.UPSERT), Optional.empty());
      var indexes = new IndexMigration(names, List.of(), steps, order);
      var upgrade = new ProvenanceUpgrade(names, LoadMode.UPSERT, steps, indexes);
      // The columns are there once; then only rows are in the way.
      upgrade.prepare(log(TOPIC, 2, 0, 100));
      connection.setAutoCommit(false);
      statement.execute("UPDATE ops.flights SET _generation = 2");
      connection.commit();
      statement.execute("UPDATE ops.flights SET name = 'held' WHERE id = 1");
      threads
          .submit(
              () -> {
                upgrade.prepare(log(TOPIC, 2, 0, 100));
                return true;
              })
          .get(20, TimeUnit.SECONDS);
      connection.commit();
    }
    migrate(of(LoadMode.UPSERT));
    assertThat(warehouse.rows("SELECT name, _generation FROM ops.flights ORDER BY id"))
        .containsExactly("held|1", "b|1", "c|2", "d|2");
  }

  /** More rows than one step takes, so that no transaction holds all of them. */
  @ParameterizedTest
  @EnumSource
  void setsTheGenerationsOfManyRowsInSteps(LoadMode mode) throws Exception {
    former(mode);
    warehouse.asSuperuser(
        "INSERT INTO ops.flights SELECT 1000 + i, repeat('x', 200), '%s', 0, 1000 + i FROM generate_series(1, 20000) i"
            .formatted(OLDER));
    migrate(of(mode));
    assertThat(
            warehouse.rows(
                "SELECT _generation, count(*), count(DISTINCT xmin::text) > 1 FROM ops.flights WHERE _offset > 1000 GROUP BY 1"))
        .containsExactly("1|20000|t");
  }

  @ParameterizedTest
  @EnumSource
  void letsTheFormerVersionsConsumerWaitAfterwards(LoadMode mode) throws Exception {
    former(mode);
    migrate(of(mode));
    try (var connection = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "UPDATE ops._acequia_offsets_flights SET next_offset = 10 WHERE partition = 0 AND fence = 3 AND next_offset = 8 AND schema_hash = '%s'"
                      .formatted(SCHEMA.hash())))
          .isZero();
    }
    assertThat(warehouse.rows("SELECT DISTINCT schema_hash FROM ops._acequia_offsets_flights"))
        .containsExactly("2:" + SCHEMA.hash());
  }

  /** All but the last transaction. */
  private void prepare(LoadMode mode) throws Exception {
    var steps =
        new MigrationSteps(PostgresAccess.fromEnvironment(warehouse.migrationEnvironment()));
    var names = new TableNames("ops", "flights");
    var order = new MigrationOrder(names, of(mode), Optional.empty());
    new ProvenanceUpgrade(names, mode, steps, new IndexMigration(names, List.of(), steps, order))
        .prepare(log(TOPIC, 2, 0, 100));
  }

  @ParameterizedTest
  @EnumSource
  void takesRowsOfTheFormerVersionsConsumerThatStillRuns(LoadMode mode) throws Exception {
    former(mode);
    prepare(mode);
    try (var connection = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          """
          UPDATE ops._acequia_offsets_flights SET next_offset = 10
            WHERE partition = 0 AND fence = 3 AND next_offset = 8 AND schema_hash = '%2$s';
          INSERT INTO ops._acequia_idempotency_flights (key, index, topic_id, partition, "offset")
            VALUES ('00000000-0000-0000-0000-000000000003', 0, '%1$s', 0, 8);
          INSERT INTO ops._acequia_repeats_flights SELECT '%1$s', 0, 9;
          INSERT INTO ops.flights ("id", "name", "_topic_id", "_partition", "_offset")
            VALUES (5, 'e', '%1$s', 0, 8);
          """
              .formatted(TOPIC, SCHEMA.hash()));
    }
    migrate(of(mode));
    assertThat(warehouse.rows("SELECT _generation FROM ops.flights WHERE id = 5"))
        .containsExactly("2");
    assertThat(
            warehouse.rows(
                "SELECT topic_id, generation FROM ops._acequia_idempotency_flights WHERE \"offset\" = 8"))
        .containsExactly(TOPIC + "|2");
    assertThat(
            warehouse.rows(
                "SELECT generation FROM ops._acequia_repeats_flights WHERE \"offset\" = 9"))
        .containsExactly("2");
  }

  @ParameterizedTest
  @EnumSource
  void mayRunAgainAndAfterAChangeOfTheSchema(LoadMode mode) throws Exception {
    former(mode);
    migrate(of(mode));
    var more =
        schema(
            List.of("id"),
            new Field("id", FieldType.INT64, true, null),
            new Field("name", FieldType.STRING, false, null),
            new Field("more", FieldType.STRING, false, null));
    migrate(definition(more, mode, TOPIC, 2, null));
    assertThat(
            warehouse.rows(
                "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'ops' AND table_name = 'flights' AND column_name LIKE '\\_%' ORDER BY 1"))
        .containsExactly("_generation|NO", "_offset|NO", "_partition|NO", "_topic_id|YES");
    assertThat(
            warehouse.rows(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'ops.flights'::regclass AND contype = 'p'"))
        .containsExactly(
            "flights_pkey|PRIMARY KEY ("
                + (mode == LoadMode.UPSERT ? "id" : "_generation, _partition, _offset")
                + ")");
    assertThat(warehouse.rows("SELECT count(*) FROM ops.flights")).containsExactly("4");
    StoreMigration.open(of(mode), warehouse.migrationEnvironment()).drop();
    assertThat(warehouse.rows("SELECT to_regclass('ops._acequia_generations_flights')"))
        .containsExactly("null");
  }

  @Test
  void goesOnAfterItWasKilledWhileItBuiltTheIndex() throws Exception {
    former(LoadMode.APPEND);
    try (var reader = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = reader.createStatement();
        var threads = Executors.newSingleThreadExecutor()) {
      // An old snapshot is what the end of a concurrent build waits for.
      reader.setAutoCommit(false);
      reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT count(*) FROM pg_class");
      var migration =
          threads.submit(
              () -> {
                migrate(of(LoadMode.APPEND));
                return true;
              });
      var killed = awaitBuilder("0");
      warehouse.asSuperuser("SELECT pg_terminate_backend(" + killed + ")");
      awaitBuilder(killed);
      reader.commit();
      assertThat(migration.get(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(
            warehouse.rows(
                "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'ops.flights'::regclass"))
        .containsExactly("flights_pkey");
  }

  /** The backend that builds the index, other than the former one. */
  private String awaitBuilder(String former) {
    return await()
        .until(
            () ->
                warehouse.rows(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE UNIQUE INDEX%' AND wait_event_type = 'Lock' AND pid <> "
                        + former),
            pids -> pids.size() == 1)
        .getFirst();
  }

  @Test
  void acceptsTheTopicAtHandWhileItUpgrades() throws Exception {
    former(LoadMode.APPEND);
    var other = new UUID(5, 5);
    migrate(
        definition(
            SCHEMA,
            LoadMode.APPEND,
            other,
            2,
            new AcceptedOffsets(kafkaId(other), null, "earliest")));
    assertThat(
            warehouse.rows(
                "SELECT partition, generation, topic_id FROM ops._acequia_generations_flights ORDER BY 2, 1"))
        .containsExactly(
            "0|1|" + OLDER,
            "1|1|" + OLDER,
            "0|2|" + TOPIC,
            "1|2|" + TOPIC,
            "0|3|" + other,
            "1|3|" + other);
  }

  /** The row of partition 1 came later, and the word was never applied to it. */
  @Test
  void aWordThatWasAppliedToOneRowIsNotGoodForOthers() throws Exception {
    former(LoadMode.APPEND);
    warehouse.asSuperuser(
        "UPDATE ops._acequia_offsets_flights SET accepted = '%s * latest' WHERE partition = 0"
            .formatted(kafkaId(TOPIC)),
        "UPDATE ops._acequia_offsets_flights SET accepted = NULL WHERE partition = 1");
    migrate(
        definition(
            SCHEMA,
            LoadMode.APPEND,
            TOPIC,
            2,
            new AcceptedOffsets(kafkaId(TOPIC), null, "latest")));
    assertThat(
            warehouse.rows(
                "SELECT next_offset FROM ops._acequia_offsets_flights ORDER BY partition"))
        .containsExactly("8", "0");
  }
}
