package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresWriterIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};

  private final Warehouse warehouse = Warehouse.create();
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();

  private PipelineDefinition migrated(LoadMode mode) throws Exception {
    var definition = definition(SCHEMA, mode, TOPIC, 2, null);
    StoreMigration.open(definition, warehouse.migrationEnvironment()).migrate(log(TOPIC, 2, 0, 9));
    return definition;
  }

  private StoreWriter writer(PipelineDefinition definition, String pod) {
    return StoreWriter.open(definition, warehouse.writerEnvironment(pod));
  }

  private void add(StoreBatch batch, int partition, long offset, long id, @Nullable String name)
      throws BadRecordException {
    add(batch, arrival.from(1, partition, offset), id, name);
  }

  private void add(StoreBatch batch, Arrival given, long id, @Nullable String name)
      throws BadRecordException {
    var value = name == null ? "null" : '"' + name + '"';
    var json = ("{\"id\":" + id + ",\"name\":" + value + "}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(row, given);
  }

  private StoreBatch batch(StoreWriter writer, int partition, long from, String... names)
      throws BadRecordException {
    var batch = writer.newBatch();
    for (var name : names) {
      add(batch, partition, from, from, name);
      from++;
    }
    return batch;
  }

  private static List<PartitionAdvance> advance(PartitionClaim claim, long from, long to) {
    return List.of(new PartitionAdvance(claim.partition(), claim.fence(), from, to, null));
  }

  private static PartitionClaim claim(StoreWriter writer, int partition)
      throws StoreUnavailableException {
    return writer.claim(partition).orElseThrow();
  }

  private List<String> names() throws Exception {
    return warehouse.rows("SELECT name FROM ops.flights ORDER BY id, _partition, _offset");
  }

  @Test
  void endsAFormerOwnerThatHangsInMidTransaction() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    var inTransaction = new CountDownLatch(1);
    try (var zombie = writer(definition, "zombie");
        var successor = writer(definition, "successor");
        var threads = Executors.newSingleThreadExecutor()) {
      var old = claim(zombie, 0);
      var woken = new CountDownLatch(1);
      var late =
          threads.submit(
              () ->
                  zombie.write(
                      batch(zombie, 0, 0, "late"),
                      advance(old, 0, 1),
                      rejected -> {
                        inTransaction.countDown();
                        woken.await(60, TimeUnit.SECONDS);
                      }));
      assertThat(inTransaction.await(30, TimeUnit.SECONDS)).isTrue();

      var began = System.nanoTime();
      var claim = claim(successor, 0);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
      assertThat(claim.nextOffset()).isZero();
      successor.write(batch(successor, 0, 0, "right"), advance(claim, 0, 1), OPEN);

      woken.countDown();
      assertThatThrownBy(() -> late.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(StoreUnavailableException.class);
      assertThat(names()).containsExactly("right");
    }
  }

  @Test
  void givesUpAClaimThatASessionOfAnotherRoleBlocks() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var person = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = person.createStatement();
        var writer = writer(definition, "pod")) {
      person.setAutoCommit(false);
      statement.execute("SELECT FROM ops._acequia_offsets_flights FOR UPDATE");
      assertThatThrownBy(() -> writer.claim(0))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("lock timeout");
      statement.execute("SELECT 1"); // still there
      person.rollback();
      assertThat(claim(writer, 0).fence()).isEqualTo(1);
    }
  }

  @Test
  void boundsWhatASessionMayWaitFor() throws Exception {
    migrated(LoadMode.APPEND);
    var access = PostgresAccess.fromEnvironment(warehouse.writerEnvironment("pod"));
    try (var session = PostgresSession.open(access);
        var statement = session.connection().createStatement();
        var row =
            statement.executeQuery(
                "SELECT current_setting('lock_timeout'),"
                    + " current_setting('idle_in_transaction_session_timeout'),"
                    + " current_setting('transaction_timeout')")) {
      row.next();
      assertThat(List.of(row.getString(1), row.getString(2), row.getString(3)))
          .containsExactly("15s", "1min", "5min");
    }
  }

  /** What a table refuses only when a statement, or the transaction, ends. */
  @Test
  void findsRowsThatAreRefusedLate() throws Exception {
    for (var mode : LoadMode.values()) {
      for (var when : List.of("", " DEFERRABLE INITIALLY DEFERRED")) {
        var definition = migrated(mode);
        warehouse.asSuperuser(
            "CREATE TABLE ops.names (name text PRIMARY KEY)",
            "INSERT INTO ops.names VALUES ('known')",
            "ALTER TABLE ops.flights ADD FOREIGN KEY (name) REFERENCES ops.names" + when);
        try (var writer = writer(definition, "pod")) {
          var claim = claim(writer, 0);
          var batch = writer.newBatch();
          for (var id = 0; id < 600; id++) {
            add(batch, 0, id, 600 - id, id % 200 == 7 ? "unknown" : "known");
          }
          List<RowRejection> found = new ArrayList<>();
          assertThat(writer.write(batch, advance(claim, 0, 600), found::addAll))
              .isEqualTo(new WriteResult.Stored(597, 0, 3));
          assertThat(found).extracting(RowRejection::row).containsExactly(7, 207, 407);
        }
        warehouse.asSuperuser("DROP TABLE ops.names CASCADE");
        StoreMigration.open(definition, warehouse.migrationEnvironment()).drop();
      }
    }
  }

  /** A row refers to one of its own batch, which nobody can see before both are there. */
  @Test
  void triesSuspectsWithoutTheRestOfTheirBatch() throws Exception {
    var definition = migrated(LoadMode.UPSERT);
    warehouse.asSuperuser(
        "ALTER TABLE ops.flights ADD COLUMN boss bigint GENERATED ALWAYS AS (name::bigint) STORED",
        "ALTER TABLE ops.flights ADD FOREIGN KEY (boss) REFERENCES ops.flights (id)");
    try (var writer = writer(definition, "pod")) {
      var claim = claim(writer, 0);
      var known = writer.newBatch();
      for (var id = 1; id <= 6; id++) {
        add(known, 0, id - 1, id, null);
      }
      writer.write(known, advance(claim, 0, 6), OPEN);

      var batch = writer.newBatch();
      add(batch, 0, 6, 1, null);
      add(batch, 0, 7, 2, "99");
      add(batch, 0, 8, 11, null);
      add(batch, 0, 9, 1, "11");
      for (var id = 3; id <= 5; id++) {
        add(batch, 0, 7 + id, id, null);
      }
      List<RowRejection> found = new ArrayList<>();
      assertThat(writer.write(batch, advance(claim, 6, 13), found::addAll))
          .isEqualTo(new WriteResult.Stored(6, 0, 1));
      assertThat(found).extracting(RowRejection::row).containsExactly(1);
      assertThat(warehouse.rows("SELECT boss FROM ops.flights WHERE id = 1")).containsExactly("11");
    }
  }

  /** Each costs some round trips: many take minutes where the database is far away. */
  @Test
  void triesSuspectsForALimitedTime() throws Exception {
    migrated(LoadMode.UPSERT);
    warehouse.asSuperuser(
        "CREATE TABLE ops.names (name text PRIMARY KEY)",
        "GRANT SELECT ON ops.names TO PUBLIC",
        "ALTER TABLE ops.flights ADD FOREIGN KEY (name) REFERENCES ops.names");
    var names = new TableNames("ops", "flights");
    var load = new UpsertLoad(names, SCHEMA);
    var screen = new ConstraintScreen(names, SCHEMA, LoadMode.UPSERT);
    var batch = new PostgresBatch(SCHEMA, LoadMode.UPSERT);
    for (var id = 0; id < 20; id++) {
      add(batch, 0, id, id, "alien");
    }
    var access = PostgresAccess.fromEnvironment(warehouse.writerEnvironment("pod"));
    for (var patience : List.of(Duration.ofMinutes(1), Duration.ZERO)) {
      try (var session = PostgresSession.open(access)) {
        load.prepare(session.connection());
        session.commit();
        var refusal =
            Mark.set(session, "test")
                .attempt(() -> load.load(session, batch, new BitSet()))
                .orElseThrow();
        var loaded =
            new ScreenedLoad(load, screen, session, batch, patience).load(new BitSet(), refusal);
        assertThat(loaded.map(rows -> rows.rejected().size()))
            .isEqualTo(patience.isZero() ? Optional.empty() : Optional.of(20));
      }
    }
  }

  /** The trigger may fail for one record only, so the process retries. */
  @Test
  void aTriggerThatMissesATableDoesNotSpeakForTheStore() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser(
        """
        CREATE FUNCTION ops.audit() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO ops.no_such_table VALUES (NEW.id); RETURN NEW; END $$;
        CREATE TRIGGER audit BEFORE INSERT ON ops.flights FOR EACH ROW EXECUTE FUNCTION ops.audit()
        """);
    try (var writer = writer(definition, "pod")) {
      var claim = claim(writer, 0);
      assertThatThrownBy(() -> writer.write(batch(writer, 0, 0, "one"), advance(claim, 0, 1), OPEN))
          .isInstanceOf(StoreUnavailableException.class)
          .isNotInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("no_such_table");
    }
  }

  /** A restarted consumer fails at its claim, before it looks healthy. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE ops.flights RENAME TO away",
        "ALTER TABLE ops.flights RENAME name TO nick",
        "REVOKE INSERT ON ops.flights FROM %s"
      })
  void aClaimIsRefusedWithWhatTheLoadNeeds(String harm) throws Exception {
    for (var mode : LoadMode.values()) {
      var definition = migrated(mode);
      warehouse.asSuperuser(harm.formatted(warehouse.writer()));
      try (var writer = writer(definition, "pod")) {
        assertThatThrownBy(() -> claim(writer, 0)).isInstanceOf(StoreRefusedException.class);
      }
      warehouse.asSuperuser("DROP SCHEMA ops CASCADE");
    }
  }

  /** It has an end, and would be broken off each time that it is tried again. */
  @Test
  void searchesForBadRowsWithoutALimitOnTheTransaction() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser(
        """
        CREATE FUNCTION ops.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE 'limit is %', current_setting('transaction_timeout'); END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON ops.flights FOR EACH ROW
          WHEN (NEW.name = 'bad') EXECUTE FUNCTION ops.refuse()
        """);
    try (var writer = writer(definition, "pod")) {
      var claim = claim(writer, 0);
      List<RowRejection> found = new ArrayList<>();
      writer.write(batch(writer, 0, 0, "good", "bad"), advance(claim, 0, 2), found::addAll);
      assertThat(found)
          .extracting(RowRejection::reason)
          .singleElement()
          .asString()
          .contains("limit is 0 ");
    }
  }

  /** Constraints that say by themselves which rows they refuse, and one that nobody may ask. */
  @Test
  void findsWhatSeveralConstraintsRefuse() throws Exception {
    for (var mode : LoadMode.values()) {
      var definition = migrated(mode);
      warehouse.asSuperuser(
          "CREATE TABLE ops.names (name text PRIMARY KEY)",
          "INSERT INTO ops.names VALUES ('known'), ('too long')",
          "ALTER TABLE ops.flights ADD CONSTRAINT short CHECK (length(name) < 6)",
          "ALTER TABLE ops.flights ADD CONSTRAINT \"Not \"\"13\"\"\" CHECK (id % 100 <> 13)",
          "ALTER TABLE ops.flights ADD CHECK ((flights).id IS NOT NULL)",
          "ALTER TABLE ops.flights ALTER name SET NOT NULL",
          "ALTER TABLE ops.flights ADD FOREIGN KEY (name) REFERENCES ops.names");
      for (var mayAsk : List.of(true, false)) {
        if (mayAsk) {
          warehouse.asSuperuser("GRANT SELECT ON ops.names TO " + warehouse.writer());
        } else {
          warehouse.asSuperuser(
              "REVOKE SELECT ON ops.names FROM " + warehouse.writer(),
              "DELETE FROM ops.flights",
              "UPDATE ops._acequia_offsets_flights SET next_offset = 0");
        }
        try (var writer = writer(definition, "pod")) {
          var claim = claim(writer, 0);
          var batch = writer.newBatch();
          for (var id = 0; id < 300; id++) {
            var name =
                switch (id) {
                  case 21, 121, 122 -> "too long";
                  case 40, 240 -> "alien";
                  case 270 -> null;
                  default -> "known";
                };
            add(batch, 0, id, id, name);
          }
          List<RowRejection> found = new ArrayList<>();
          assertThat(writer.write(batch, advance(claim, 0, 300), found::addAll))
              .isEqualTo(new WriteResult.Stored(291, 0, 9));
          assertThat(found)
              .extracting(RowRejection::row)
              .containsExactly(13, 21, 40, 113, 121, 122, 213, 240, 270);
          assertThat(found.get(0).reason()).contains("Not \"13\"");
          assertThat(found.get(1).reason()).contains("\"short\"");
          assertThat(found.get(2).reason()).contains("foreign key");
          assertThat(found.get(8).reason()).contains("not-null");
        }
      }
      warehouse.asSuperuser("DROP TABLE ops.names CASCADE");
      StoreMigration.open(definition, warehouse.migrationEnvironment()).drop();
    }
  }

  /** A row that a constraint speaks against is stored if a trigger mends it in time. */
  @Test
  void storesWhatATriggerMends() throws Exception {
    for (var mode : LoadMode.values()) {
      var definition = migrated(mode);
      warehouse.asSuperuser(
          "ALTER TABLE ops.flights ADD CONSTRAINT short CHECK (length(name) < 5)",
          "CREATE FUNCTION ops.mend() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
              + " IF NEW.id > 5 THEN NEW.name = 'cut'; END IF; RETURN NEW; END $$",
          "CREATE TRIGGER mend BEFORE INSERT OR UPDATE ON ops.flights FOR EACH ROW EXECUTE FUNCTION"
              + " ops.mend()");
      try (var writer = writer(definition, "pod")) {
        var claim = claim(writer, 0);
        var batch = writer.newBatch();
        for (var id = 0; id < 10; id++) {
          add(batch, 0, id, id, id == 2 || id == 4 || id == 8 ? "too long" : "ok");
        }
        List<RowRejection> found = new ArrayList<>();
        assertThat(writer.write(batch, advance(claim, 0, 10), found::addAll))
            .isEqualTo(new WriteResult.Stored(8, 0, 2));
        assertThat(found).extracting(RowRejection::row).containsExactly(2, 4);
        assertThat(names()).containsExactly("ok", "ok", "ok", "ok", "cut", "cut", "cut", "cut");
      }
      StoreMigration.open(definition, warehouse.migrationEnvironment()).drop();
      warehouse.asSuperuser("DROP FUNCTION ops.mend CASCADE");
    }
  }

  @Test
  void tellsRowsThatAreThereFromThoseThatTheTableRefuses() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser(
        "ALTER TABLE ops.flights ADD CONSTRAINT short CHECK (length(name) < 5) NOT VALID");
    try (var writer = writer(definition, "pod")) {
      var claim = claim(writer, 0);
      writer.write(batch(writer, 0, 2, "two"), advance(claim, 0, 3), OPEN);
      for (var bad : new int[] {1, 3}) {
        warehouse.asSuperuser(
            "UPDATE ops._acequia_offsets_flights SET next_offset = 0",
            "DELETE FROM ops.flights WHERE _offset <> 2");
        var batch = writer.newBatch();
        for (var id = 0; id < 5; id++) {
          add(batch, 0, id, id, id == bad ? "too long" : "ok");
        }
        List<RowRejection> found = new ArrayList<>();
        assertThat(writer.write(batch, advance(claim, 0, 3), found::addAll))
            .isEqualTo(new WriteResult.Stored(3, 1, 1));
        assertThat(found).extracting(RowRejection::row).containsExactly(bad);
        assertThat(names()).hasSize(4).contains("two");
      }
    }
  }
}
