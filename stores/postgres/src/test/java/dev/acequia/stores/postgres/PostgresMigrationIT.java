package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.kafkaId;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

class PostgresMigrationIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Field ID = new Field("id", FieldType.INT64, true, null);

  private final Warehouse warehouse = Warehouse.create();

  private static PipelineDefinition append(Field... fields) {
    return definition(schema(List.of(), fields), LoadMode.APPEND, TOPIC, 2, null);
  }

  private static PipelineDefinition upsert(Field... fields) {
    return definition(schema(List.of("id"), fields), LoadMode.UPSERT, TOPIC, 2, null);
  }

  private void migrate(PipelineDefinition definition)
      throws TerminationException, StoreUnavailableException {
    migrate(definition, log(TOPIC, definition.topic().partitions(), 0, 100));
  }

  private void migrate(PipelineDefinition definition, TopicLog log)
      throws TerminationException, StoreUnavailableException {
    StoreMigration.open(definition, warehouse.migrationEnvironment()).migrate(log);
  }

  private Termination refused(PipelineDefinition definition) {
    return catchThrowableOfType(TerminationException.class, () -> migrate(definition))
        .termination();
  }

  private List<String> columns() throws SQLException {
    return warehouse.rows(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
            + " WHERE table_schema = 'ops' AND table_name = 'flights' ORDER BY ordinal_position");
  }

  private List<String> offsets() throws SQLException {
    return warehouse.rows(
        "SELECT partition, topic_id, next_offset, fence FROM ops._acequia_offsets_flights"
            + " ORDER BY partition");
  }

  @Test
  void createsTableOffsetsAndRoles() throws Exception {
    migrate(
        append(
            Arrays.stream(FieldType.values())
                .map(type -> new Field(type.name().toLowerCase(Locale.ROOT), type, false, null))
                .toArray(Field[]::new)),
        log(TOPIC, 2, 7, 100));

    assertThat(columns())
        .containsExactly(
            "string|text|YES",
            "int32|integer|YES",
            "int64|bigint|YES",
            "double|double precision|YES",
            "decimal|numeric|YES",
            "boolean|boolean|YES",
            "date|date|YES",
            "timestamp|timestamp with time zone|YES",
            "uuid|uuid|YES",
            "json|jsonb|YES",
            "_generation|integer|NO",
            "_partition|integer|NO",
            "_offset|bigint|NO");
    assertThat(offsets()).containsExactly("0|" + TOPIC + "|7|0", "1|" + TOPIC + "|7|0");
  }

  @Test
  void changesNothingWhenRunAgain() throws Exception {
    migrate(upsert(ID));
    warehouse.asSuperuser("UPDATE ops._acequia_offsets_flights SET next_offset = 42, fence = 3");
    var before =
        warehouse.rows(
            "SELECT relname, relfilenode, xmin FROM pg_class WHERE relname LIKE '%flights%' AND relkind = 'r' ORDER BY 1");

    migrate(upsert(ID));

    assertThat(offsets()).containsExactly("0|" + TOPIC + "|42|3", "1|" + TOPIC + "|42|3");
    assertThat(
            warehouse.rows(
                "SELECT relname, relfilenode FROM pg_class WHERE relname LIKE '%flights%' AND relkind = 'r' ORDER BY 1"))
        .isEqualTo(before.stream().map(row -> row.substring(0, row.lastIndexOf('|'))).toList());
  }

  @Test
  void givesEachRoleNoMoreThanItNeeds() throws Exception {
    migrate(append(ID));
    try (var writer = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var statement = writer.createStatement()) {
      statement.execute("INSERT INTO ops.flights VALUES (1, 1, 0, 0)");
      for (var forbidden :
          List.of(
              "DROP TABLE ops.flights",
              "DELETE FROM ops.flights",
              "TRUNCATE ops.flights",
              "ALTER TABLE ops.flights ADD COLUMN x int",
              "CREATE TABLE ops.x (x int)",
              "DELETE FROM ops._acequia_offsets_flights",
              "INSERT INTO ops._acequia_offsets_flights SELECT * FROM ops._acequia_offsets_flights",
              "CREATE SCHEMA x",
              "CREATE ROLE x")) {
        assertThatThrownBy(() -> statement.execute(forbidden))
            .as(forbidden)
            .isInstanceOf(PSQLException.class)
            .hasFieldOrPropertyWithValue("SQLState", "42501");
      }
    }
    try (var reader = warehouse.connect(warehouse.reader(), Warehouse.READER_PASSWORD);
        var statement = reader.createStatement()) {
      statement.execute("SELECT * FROM ops.flights");
      for (var forbidden :
          List.of(
              "INSERT INTO ops.flights VALUES (1, 1, 0, 1)",
              "DROP TABLE ops.flights",
              "SELECT * FROM ops._acequia_offsets_flights",
              "SELECT * FROM ops._acequia_idempotency_flights")) {
        assertThatThrownBy(() -> statement.execute(forbidden))
            .as(forbidden)
            .isInstanceOf(PSQLException.class)
            .hasFieldOrPropertyWithValue("SQLState", "42501");
      }
    }
  }

  @Test
  void changesThePasswordsWithTheSecrets() throws Exception {
    migrate(append(ID));
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD.name(), "another");

    StoreMigration.open(append(ID), environment).migrate(log(TOPIC, 2, 0, 100));

    warehouse.connect(warehouse.writer(), "another").close();
    assertThatThrownBy(() -> warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD))
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void usesReadyRolesWithoutCreatingThem() throws Exception {
    warehouse.asSuperuser("CREATE ROLE " + warehouse.writer() + " LOGIN PASSWORD 'ready'");
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.remove(RuntimeVariable.STORE_WRITER_PASSWORD.name());
    environment.remove(RuntimeVariable.STORE_READER_USERNAME.name());
    environment.remove(RuntimeVariable.STORE_READER_PASSWORD.name());

    StoreMigration.open(append(ID), environment).migrate(log(TOPIC, 2, 0, 100));

    try (var writer = warehouse.connect(warehouse.writer(), "ready");
        var statement = writer.createStatement()) {
      statement.execute("INSERT INTO ops.flights VALUES (1, 1, 0, 0)");
    }
    assertThat(warehouse.rows("SELECT FROM pg_roles WHERE rolname = '" + warehouse.reader() + "'"))
        .isEmpty();
  }

  @Test
  void theSessionsZoneMovesNoDateThatBecomesATimestamp() throws Exception {
    migrate(append(ID, new Field("x", FieldType.DATE, false, null)));
    warehouse.asSuperuser(
        "INSERT INTO ops.flights VALUES (1, '2013-01-31', 1, 0, 0)",
        "ALTER ROLE " + warehouse.admin() + " SET timezone = 'America/New_York'");
    var widened = append(ID, new Field("x", FieldType.TIMESTAMP, false, null));
    migrate(widened);
    assertThat(warehouse.rows("SELECT x FROM ops.flights"))
        .containsExactly("2013-01-31 00:00:00+00");
    assertThat(warehouse.rows("SELECT DISTINCT schema_hash FROM ops._acequia_offsets_flights"))
        .containsExactly(StoredSchema.of(widened.schema().hash()));
  }

  private static Field decimal(String name, boolean required, int precision, int scale) {
    return new Field(name, FieldType.DECIMAL, required, new Digits(precision, scale), null);
  }

  private List<String> typeOf(String table, String column) throws SQLException {
    return warehouse.rows(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'ops.%s'::regclass AND attname = '%s'"
            .formatted(table, column));
  }

  private List<String> files() throws SQLException {
    return warehouse.rows(
        "SELECT relname, relfilenode FROM pg_class WHERE relnamespace = 'ops'::regnamespace AND relname LIKE '%flights%' ORDER BY 1");
  }

  @Test
  void givesADecimalMoreDigitsWithoutWritingTheTableAnew() throws Exception {
    migrate(append(ID, decimal("x", false, 9, 2)));
    assertThat(typeOf("flights", "x")).containsExactly("numeric(9,2)");
    warehouse.asSuperuser("INSERT INTO ops.flights VALUES (1, 1.5, 1, 0, 0)");
    var files = files();

    migrate(append(ID, decimal("x", false, 20, 2)));
    assertThat(typeOf("flights", "x")).containsExactly("numeric(20,2)");
    migrate(append(ID, new Field("x", FieldType.DECIMAL, false, null)));
    assertThat(typeOf("flights", "x")).containsExactly("numeric");

    assertThat(files()).isEqualTo(files);
    assertThat(warehouse.rows("SELECT x FROM ops.flights")).containsExactly("1.50");
  }

  @Test
  void givesAKeyMoreDigitsInBothTables() throws Exception {
    migrate(upsert(decimal("id", true, 9, 2)));
    migrate(upsert(decimal("id", true, 20, 2)));
    assertThat(typeOf("flights", "id")).containsExactly("numeric(20,2)");
    assertThat(typeOf("_acequia_deleted_flights", "id")).containsExactly("numeric(20,2)");
    migrate(upsert(new Field("id", FieldType.DECIMAL, true, null)));
    assertThat(typeOf("flights", "id")).containsExactly("numeric");
    assertThat(typeOf("_acequia_deleted_flights", "id")).containsExactly("numeric");
  }

  @Test
  void saysWhichDigitsWouldSuffice() throws Exception {
    migrate(append(ID, new Field("x", FieldType.INT32, false, null), decimal("y", false, 9, 2)));
    var refusal = refused(append(ID, decimal("x", false, 11, 2), decimal("y", false, 11, 4)));
    assertThat(refusal.message())
        .isEqualTo(
            "Field 'x' cannot change from int32 to decimal(11,2): only int32 to int64 to decimal and date to timestamp lose nothing; add a new field instead. A precision must leave 10 digits before the point for a former int32, and 19 for an int64; a former decimal keeps its scale, and its precision may only grow."
                + " Field 'y' cannot change from decimal(9,2) to decimal(11,4): only int32 to int64 to decimal and date to timestamp lose nothing; add a new field instead. A precision must leave 10 digits before the point for a former int32, and 19 for an int64; a former decimal keeps its scale, and its precision may only grow.");
  }

  @Test
  void refusesATableThatIsNotThePipelines() throws Exception {
    warehouse.asSuperuser(
        "CREATE SCHEMA ops AUTHORIZATION " + warehouse.admin(),
        "CREATE TABLE ops.flights (id bigint)");
    var refusal = refused(append(ID));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.StoreRefused);
    assertThat(refusal.message()).contains("is there already").contains("Rename it");
  }

  @Test
  void refusesToGoOnWithoutTheTableThatWasFilled() throws Exception {
    migrate(append(ID));
    warehouse.asSuperuser("DROP TABLE ops.flights");
    assertThat(refused(append(ID)).message()).contains("is gone").contains("DROP TABLE");
  }

  @Test
  void repeatsTheDatabasesOwnWords() throws Exception {
    warehouse.asSuperuser("CREATE SCHEMA ops");
    var refusal = refused(append(ID));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.StoreRefused);
    assertThat(refusal.message()).contains("permission denied for schema ops");
  }

  @Test
  void keepsTheFormerSchemasHashWhenTheTableCannotBeChanged() throws Exception {
    var before = append(ID, new Field("x", FieldType.INT32, false, null));
    migrate(before);
    warehouse.asSuperuser("CREATE VIEW ops.flights_x AS SELECT x FROM ops.flights");
    var refusal = refused(append(ID, new Field("x", FieldType.INT64, false, null)));
    assertThat(refusal.message()).contains("used by a view");
    assertThat(warehouse.rows("SELECT DISTINCT schema_hash FROM ops._acequia_offsets_flights"))
        .containsExactly(StoredSchema.of(before.schema().hash()));
  }

  @Test
  void waitsForABatchInFlightRatherThanDeadlocking() throws Exception {
    migrate(append(ID, new Field("x", FieldType.INT32, false, null)));
    var widened = append(ID, new Field("x", FieldType.INT64, false, null));
    try (var writer = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var statement = writer.createStatement();
        var threads = Executors.newSingleThreadExecutor()) {
      writer.setAutoCommit(false);
      statement.execute(
          "UPDATE ops._acequia_offsets_flights SET next_offset = 1 WHERE partition = 0");
      var migration =
          threads.submit(
              () -> {
                migrate(widened);
                return true;
              });
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  !warehouse
                      .rows(
                          "SELECT FROM pg_stat_activity WHERE usename = '"
                              + warehouse.admin()
                              + "' AND wait_event_type = 'Lock'")
                      .isEmpty());
      statement.execute("INSERT INTO ops.flights VALUES (1, 1, 1, 0, 0)");
      writer.commit();
      assertThat(migration.get(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(warehouse.rows("SELECT id, x FROM ops.flights")).containsExactly("1|1");
  }

  @Test
  void dropsAllThatItMade() throws Exception {
    var definition = upsert(ID);
    migrate(definition);
    var migration = StoreMigration.open(definition, warehouse.migrationEnvironment());
    migration.drop();
    migration.drop();
    assertThat(warehouse.rows("SELECT FROM pg_namespace WHERE nspname = 'ops'")).isEmpty();
    assertThat(
            warehouse.rows(
                "SELECT FROM pg_roles WHERE rolname IN ('%s', '%s')"
                    .formatted(warehouse.writer(), warehouse.reader())))
        .isEmpty();
  }

  /** What the operator tells a person to run where it cannot drop them itself. */
  @Test
  void nothingStaysAfterTheDropByHand() throws Exception {
    migrate(upsert(ID));
    warehouse.asSuperuser(
        TableNames.of((StoreDefinition.Postgres) upsert(ID).store()).drop()
            + " "
            + new StoreOwner("ops", "flights").dropRoles());
    assertThat(
            warehouse.rows("SELECT relname FROM pg_class WHERE relnamespace = 'ops'::regnamespace"))
        .isEmpty();
    assertThat(
            warehouse.rows(
                "SELECT FROM pg_roles WHERE rolname IN ('%s', '%s')"
                    .formatted(warehouse.writer(), warehouse.reader())))
        .isEmpty();
  }

  @Test
  void changesNoPasswordOfARoleThatIsNotThePipelines() throws Exception {
    var admin = warehouse.admin();
    try (var connection = warehouse.connect(admin, Warehouse.ADMIN_PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute("CREATE ROLE %s_victim LOGIN NOINHERIT PASSWORD 'kept'".formatted(admin));
    }
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME.name(), admin + "_victim");
    var migration = StoreMigration.open(upsert(ID), environment);
    assertThatThrownBy(() -> migration.migrate(log(TOPIC, 2, 0, 100)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("was not made for this pipeline");
    migration.drop();
    warehouse.connect(admin + "_victim", "kept").close();
  }

  /** Two databases of one server may each have a pipeline ops/flights, which share role names. */
  @Test
  void changesNoPasswordOfARoleOfAnotherDatabase() throws Exception {
    migrate(upsert(ID));
    warehouse.asSuperuser(
        "COMMENT ON ROLE " + warehouse.writer() + " IS 'Acequia pipeline ops/flights in postgres'");
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD.name(), "other");
    assertThatThrownBy(
            () -> StoreMigration.open(upsert(ID), environment).migrate(log(TOPIC, 2, 0, 100)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("was not made for this pipeline");
    warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD).close();
  }

  @Test
  void knowsItsRolesAfterTheDatabaseWasRenamed() throws Exception {
    migrate(upsert(ID));
    warehouse.asSuperuser(
        "COMMENT ON ROLE "
            + warehouse.writer()
            + " IS 'Acequia pipeline ops/flights in its former name'");
    migrate(upsert(ID));
  }

  @Test
  void refusesAServerThatIsTooOld() throws Exception {
    assertThatThrownBy(() -> PostgresMigration.checkServer("13.21 (Debian 13.21-1.pgdg120+1)"))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("13.21")
        .hasMessageContaining("14 or later");
    for (var version : List.of("14.0", "17.6 (Debian 17.6-0+deb13u1)", "18beta1")) {
      PostgresMigration.checkServer(version);
    }
  }

  /** A migration of a topic that was replaced meanwhile knows nothing of the new one's records. */
  @Test
  void forgetsDroppedRecordsThatAreGoneAndNoOthers() throws Exception {
    migrate(append(ID));
    warehouse.asSuperuser(
        "INSERT INTO ops._acequia_generations_flights (partition, generation, topic_id, from_offset) VALUES (0, 2, gen_random_uuid(), 0)",
        "INSERT INTO ops._acequia_repeats_flights SELECT 1, 0, i FROM generate_series(1, 50000) i",
        "INSERT INTO ops._acequia_repeats_flights VALUES (1, 0, 60000), (2, 0, 5), (1, 1, 60000)");
    migrate(append(ID), log(TOPIC, 2, 60000, 70000));
    assertThat(
            warehouse.rows(
                "SELECT generation, partition, \"offset\" FROM ops._acequia_repeats_flights ORDER BY 1, 2, 3"))
        .containsExactly("1|0|60000", "1|1|60000", "2|0|5");
  }

  @Test
  void takesOverTheRolesThatAFormerVersionMade() throws Exception {
    migrate(upsert(ID));
    var roles = List.of(warehouse.writer(), warehouse.reader());
    for (var role : roles) {
      warehouse.asSuperuser("COMMENT ON ROLE " + role + " IS NULL");
    }
    migrate(upsert(ID));
    for (var role : roles) {
      assertThat(
              warehouse.rows(
                  "SELECT shobj_description(oid, 'pg_authid') = 'Acequia pipeline ops/flights in '"
                      + " || current_database() FROM pg_roles WHERE rolname = '"
                      + role
                      + "'"))
          .containsExactly("t");
    }
  }

  /** The Secrets that named them are gone, and the names that are made anew are others. */
  @Test
  void dropsTheRolesOfItsTableUnderWhateverNames() throws Exception {
    migrate(upsert(ID));
    var namesake = warehouse.admin() + "_namesake";
    var database = warehouse.rows("SELECT current_database()").getFirst();
    warehouse.asSuperuser(
        "CREATE ROLE " + namesake,
        "COMMENT ON ROLE %s IS '%s'"
            .formatted(namesake, new StoreOwner("ops", "flights").onRole(database)));
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME.name(), warehouse.admin() + "_gone_w");
    environment.put(RuntimeVariable.STORE_READER_USERNAME.name(), warehouse.admin() + "_gone_r");
    StoreMigration.open(upsert(ID), environment).drop();
    assertThat(
            warehouse.rows(
                "SELECT rolname FROM pg_roles WHERE rolname IN ('%s', '%s', '%s')"
                    .formatted(warehouse.writer(), warehouse.reader(), namesake)))
        .containsExactly(namesake);
  }

  @Test
  void dropsNothingOfAnotherPipelines() throws Exception {
    migrate(upsert(ID));
    warehouse.asSuperuser("CREATE TABLE ops.other (x int)");
    StoreMigration.open(upsert(ID), warehouse.migrationEnvironment()).drop();
    assertThat(
            warehouse.rows("SELECT relname FROM pg_class WHERE relnamespace = 'ops'::regnamespace"))
        .containsExactly("other");
  }

  @Test
  void doesNotAdoptTheSchemaOfAnotherPipeline() throws Exception {
    migrate(upsert(ID));
    var other =
        new PipelineDefinition(
            "ops",
            "other",
            null,
            new Schema(List.of("id"), List.of(ID), dev.acequia.contract.UnknownFields.REJECT),
            upsert(ID).topic(),
            upsert(ID).store(),
            LoadMode.UPSERT,
            1000,
            0.05,
            null);
    assertThat(refused(other).message()).contains("belongs to Acequia pipeline ops/flights");
  }

  private void migrate(PipelineDefinition definition, String version)
      throws TerminationException, StoreUnavailableException {
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.ACEQUIA_SPEC_VERSION.name(), version);
    StoreMigration.open(definition, environment).migrate(log(TOPIC, 2, 0, 100));
  }

  private List<String> schemas() throws SQLException {
    return warehouse.rows("SELECT DISTINCT schema_hash FROM ops._acequia_offsets_flights");
  }

  private static final Field MORE = new Field("more", FieldType.STRING, false, null);

  @Test
  void anOlderMigrationThatEndsLastChangesNothing() throws Exception {
    migrate(append(ID, MORE), "uid/2");
    var newest = schemas();

    assertThatThrownBy(() -> migrate(append(ID), "uid/1"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("uid/1")
        .hasMessageContaining("uid/2");
    assertThat(schemas()).isEqualTo(newest);

    migrate(append(ID, MORE), "uid/2");
    migrate(append(ID), "uid/10");
    assertThat(schemas()).isNotEqualTo(newest);
  }

  /** The newer one comes while the older waits for its turn. */
  @Test
  void anOlderMigrationLooksAgainWhenItHasItsLock() throws Exception {
    migrate(append(ID, MORE), "uid/1");
    var before = schemas();
    try (var newer = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = newer.createStatement();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      newer.setAutoCommit(false);
      MigrationSteps.lock(newer, new TableNames("ops", "flights").data());
      var older =
          threads.submit(
              () -> {
                migrate(append(ID), "uid/1");
                return true;
              });
      await()
          .until(
              () ->
                  !warehouse
                      .rows("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory'")
                      .isEmpty());
      statement.execute("UPDATE ops._acequia_generations_flights SET specs = '{uid/2}'");
      newer.commit();
      assertThatThrownBy(older::get).hasMessageContaining("uid/2");
    }
    assertThat(schemas()).isEqualTo(before);
  }

  @Test
  void anOlderMigrationBringsNoFormerPasswordBack() throws Exception {
    migrate(append(ID), "uid/2");
    var environment = new HashMap<>(warehouse.migrationEnvironment());
    environment.put(RuntimeVariable.ACEQUIA_SPEC_VERSION.name(), "uid/1");
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD.name(), "former");
    assertThatThrownBy(
            () -> StoreMigration.open(append(ID), environment).migrate(log(TOPIC, 2, 0, 100)))
        .isInstanceOf(StoreUnavailableException.class);
    warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD).close();
  }

  /** Its generations begin at 1 again. */
  @Test
  void aResourceThatWasMadeAgainComesAfterAllVersionsOfTheFormer() throws Exception {
    migrate(append(ID), "former/37");
    migrate(append(ID, MORE), "again/1");
    var newest = schemas();
    assertThatThrownBy(() -> migrate(append(ID), "former/38")).hasMessageContaining("again/1");
    assertThat(schemas()).isEqualTo(newest);
  }

  @Test
  void takesTablesThatKnowNoVersions() throws Exception {
    migrate(append(ID));
    warehouse.asSuperuser(
        "ALTER TABLE ops._acequia_generations_flights DROP COLUMN specs, DROP COLUMN read_until, DROP COLUMN read_epoch");
    migrate(append(ID), "uid/2");
    assertThatThrownBy(() -> migrate(append(ID), "uid/1"))
        .isInstanceOf(StoreUnavailableException.class);
  }

  /** Whoever said it learns how to say it again. */
  @Test
  void anOlderMigrationSaysWhichWordIsLostWithIt() throws Exception {
    migrate(append(ID), "uid/2");
    var word = new AcceptedOffsets(kafkaId(TOPIC), 1, "50");
    var accepting = definition(schema(List.of(), ID), LoadMode.APPEND, TOPIC, 2, word);
    assertThatThrownBy(() -> migrate(accepting, "uid/1"))
        .hasMessageContaining(
            "./acequia offsets accept flights --namespace ops --partition 1 --to 50");
    migrate(accepting, "uid/3");
    assertThatThrownBy(() -> migrate(accepting, "uid/1")).hasMessageNotContaining("offsets accept");
  }
}
