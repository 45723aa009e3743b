package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Marks of former versions, and marks that end while they are looked at. */
class MarksIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, true, null));

  private final Warehouse warehouse = Warehouse.create();
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();

  private PipelineDefinition migrated(LoadMode mode) throws Exception {
    var definition = definition(SCHEMA, mode, TOPIC, 1, null);
    migrate(definition);
    return definition;
  }

  private void migrate(PipelineDefinition definition) throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment()).migrate(log(TOPIC, 1, 0, 99));
  }

  private StoreWriter writer(PipelineDefinition definition) {
    return StoreWriter.open(definition, warehouse.writerEnvironment("pod"));
  }

  /** A record whose id is its offset. */
  private void add(
      StoreBatch batch, long offset, String name, @Nullable String scope, String key, int index)
      throws Exception {
    var json =
        ("{\"id\":" + offset + ",\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(
        row,
        arrival
            .from(1, 0, offset)
            .keyed(
                new Arrival.Key(
                    scope == null ? null : bytes(scope),
                    bytes(key),
                    index,
                    ByteBuffer.wrap(bytes(name)),
                    -1,
                    false)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private WriteResult write(StoreWriter writer, StoreBatch batch, long from, long to)
      throws Exception {
    var claim = writer.claim(0).orElseThrow();
    return writer.write(
        batch, List.of(new PartitionAdvance(0, claim.fence(), from, to, null)), rejected -> {});
  }

  private List<String> names() throws Exception {
    return warehouse.rows("SELECT name FROM ops.flights ORDER BY _offset");
  }

  @Test
  void knowsMarksOfAFormerVersionUntilTheyEnd() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", null, "1", 0);
      write(writer, batch, 0, 1);
    }
    // As a former version left it, whose API sent no scopes, and as the upgrade notes it.
    warehouse.asSuperuser(
        "UPDATE ops._acequia_idempotency_flights SET hash = NULL",
        FormerMarks.note(new TableNames("ops", "flights")));
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 1, "repeat, with a scope", "a", "1", 0);
      add(batch, 2, "repeat, without", null, "1", 0);
      add(batch, 3, "new", "a", "2", 0);
      assertThat(write(writer, batch, 1, 4)).isEqualTo(new WriteResult.Stored(1, 2, 0));
      assertThat(names()).containsExactly("first", "new");
    }
    warehouse.asSuperuser(
        "COMMENT ON COLUMN ops._acequia_idempotency_flights.hash IS 'marks of a former version,"
            + " which have no hash, count until 2026-01-01 00:00:00+00'");
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 4, "of a", "a", "1", 0);
      assertThat(write(writer, batch, 4, 5)).isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
  }

  @Test
  void losesNoRecordWhenTheEntryThatWasInItsWayEnds() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition);
        var other = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var statement = other.createStatement()) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      write(writer, batch, 0, 1);
      // The entry is being removed while the repeat, a day later, comes: it waits and is stored.
      other.setAutoCommit(false);
      statement.execute("DELETE FROM ops._acequia_idempotency_flights");
      batch.clear();
      add(batch, 1, "another", "a", "1", 0);
      var result = new WriteResult[1];
      var thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      result[0] = write(writer, batch, 1, 2);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  });
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  !warehouse
                      .rows(
                          "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                              + " AND datname = current_database()")
                      .isEmpty());
      other.commit();
      thread.join();
      assertThat(result[0]).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(warehouse.rows("SELECT \"offset\" FROM ops._acequia_idempotency_flights"))
          .containsExactly("1");
    }
  }

  @Test
  void judgesByTheKeyAloneWhereAFormerVersionDidNotKeepWhenARecordCame() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser("ALTER TABLE ops._acequia_idempotency_flights DROP pushed_ms");
    migrate(definition);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      write(writer, batch, 0, 1);
      batch.clear();
      add(batch, 1, "first", "a", "1", 0);
      add(batch, 2, "other", "a", "1", 0);
      assertThat(write(writer, batch, 1, 3)).isEqualTo(new WriteResult.Stored(0, 1, 1));
    }
  }
}
