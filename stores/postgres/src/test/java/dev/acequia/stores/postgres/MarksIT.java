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
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of records by their idempotency keys. */
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
  private final List<RowRejection> rejected = new ArrayList<>();
  private final CommitGate<RuntimeException> gate =
      rows -> {
        rejected.clear();
        rejected.addAll(rows);
      };

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
    add(batch, offset, offset, name, scope, key, index, false);
  }

  private void add(
      StoreBatch batch,
      long offset,
      long id,
      String name,
      @Nullable String scope,
      String key,
      int index,
      boolean replayed)
      throws Exception {
    var json = ("{\"id\":" + id + ",\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
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
                    replayed)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private WriteResult write(StoreWriter writer, StoreBatch batch, long from, long to)
      throws Exception {
    var claim = writer.claim(0).orElseThrow();
    return writer.write(
        batch, List.of(new PartitionAdvance(0, claim.fence(), from, to, null)), gate);
  }

  private List<String> names() throws Exception {
    return warehouse.rows("SELECT name FROM ops.flights ORDER BY _offset");
  }

  private void assertReused(int... rows) {
    assertThat(rejected).allMatch(one -> one.errorClass() == ErrorClass.IdempotencyKeyReused);
    assertThat(rejected.stream().mapToInt(RowRejection::row).sorted())
        .containsExactly(java.util.Arrays.stream(rows).boxed().toArray(Integer[]::new));
  }

  @Test
  void keepsTheKeysOfTwoScopesApart() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "of a", "a", "1", 0);
      add(batch, 1, "of b", "b", "1", 0);
      add(batch, 2, "of nobody", null, "1", 0);
      // Nor do parts of one move into the other.
      add(batch, 3, "of ab", "ab", "c", 0);
      add(batch, 4, "of a, key bc", "a", "bc", 0);
      assertThat(write(writer, batch, 0, 5)).isEqualTo(new WriteResult.Stored(5, 0, 0));
      batch.clear();
      add(batch, 5, "of b", "b", "1", 0);
      assertThat(write(writer, batch, 5, 6)).isEqualTo(new WriteResult.Stored(0, 1, 0));
      assertThat(rejected).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void rejectsWhatCameWithTheKeyOfAnotherRecordAndStoresAllElse(LoadMode mode) throws Exception {
    var definition = migrated(mode);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "other", "a", "1", 0);
      add(batch, 2, "first", "a", "1", 0);
      add(batch, 3, "next", "a", "1", 1);
      assertThat(write(writer, batch, 0, 4)).isEqualTo(new WriteResult.Stored(2, 1, 1));
      assertReused(1);
      assertThat(names()).containsExactly("first", "next");

      batch.clear();
      add(batch, 4, "new", "a", "2", 0);
      add(batch, 5, "other again", "a", "1", 0);
      add(batch, 6, "next", "a", "1", 1);
      add(batch, 7, "new too", "a", "2", 1);
      assertThat(write(writer, batch, 4, 8)).isEqualTo(new WriteResult.Stored(2, 1, 1));
      assertReused(1);
      assertThat(names()).containsExactly("first", "next", "new", "new too");
    }
  }

  @Test
  void findsWhatTheTableRefusesBesideReusedKeys() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser("ALTER TABLE ops.flights ADD CHECK (name <> 'refused')");
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      add(batch, 2, "refused", "a", "2", 0);
      add(batch, 3, "last", "a", "3", 0);
      assertThat(write(writer, batch, 0, 4)).isEqualTo(new WriteResult.Stored(2, 0, 2));
      assertThat(rejected)
          .extracting(RowRejection::row, RowRejection::errorClass)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple(1, ErrorClass.IdempotencyKeyReused),
              org.assertj.core.groups.Tuple.tuple(2, ErrorClass.RejectedByStore));
      assertThat(names()).containsExactly("first", "last");
    }
  }

  /** Those of a person's way back are not known to have been judged before. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropsInAReplayWhatWasPutAsideForItsKey(boolean replayed) throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      write(writer, batch, 0, 2);
      warehouse.asSuperuser("DELETE FROM ops._acequia_idempotency_flights");

      batch.clear();
      batch.expectDuplicates();
      add(batch, 0, 0, "first", "a", "1", 0, replayed);
      add(batch, 1, 1, "reused", "a", "1", 0, replayed);
      warehouse.asSuperuser("UPDATE ops._acequia_offsets_flights SET next_offset = 0");
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(0, 2, 0));
      assertThat(names()).containsExactly("first");
    }
  }

  @Test
  void storesWhatIsSentBackAfterItsKeyIsForgottenAndReplaysItSo() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      add(batch, 1, "reused", "a", "1", 0);
      write(writer, batch, 0, 2);
      // Sent back the same day, it is judged the same.
      batch.clear();
      sendBack(batch, 1, 2, "reused", false);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(0, 0, 1));
      assertReused(0);

      warehouse.asSuperuser("DELETE FROM ops._acequia_idempotency_flights");
      batch.clear();
      sendBack(batch, 1, 3, "reused", false);
      assertThat(write(writer, batch, 3, 4)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names()).containsExactly("first", "reused");

      // Its first place is in the log no more, the others are.
      StoreMigration.open(definition, warehouse.migrationEnvironment())
          .migrate(log(TOPIC, 1, 2, 99));
      warehouse.asSuperuser(
          "DELETE FROM ops.flights", "UPDATE ops._acequia_offsets_flights SET next_offset = 2");
      batch.clear();
      batch.expectDuplicates();
      sendBack(batch, 1, 2, "reused", true);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(0, 1, 0));
      batch.clear();
      batch.expectDuplicates();
      sendBack(batch, 1, 3, "reused", true);
      assertThat(write(writer, batch, 3, 4)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names()).containsExactly("reused");
    }
  }

  /** A record of an offset that stands at another now. */
  private void sendBack(StoreBatch batch, long offset, long now, String name, boolean replayed)
      throws Exception {
    var json =
        ("{\"id\":" + offset + ",\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(
        row,
        arrival
            .from(1, 0, offset)
            .redrivenTo(1, now)
            .keyed(
                new Arrival.Key(
                    bytes("a"), bytes("1"), 0, ByteBuffer.wrap(bytes(name)), -1, replayed)));
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

  private void addPushed(StoreBatch batch, long offset, String name, Duration at) throws Exception {
    var monday = Instant.parse("2026-03-02T08:00:00Z");
    addPushed(batch, offset, name, monday.plus(at).toEpochMilli());
  }

  private void addPushed(StoreBatch batch, long offset, String name, long pushedMillis)
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
                    bytes("a"), bytes("1"), 0, ByteBuffer.wrap(bytes(name)), pushedMillis, false)));
  }

  /** As after a pause of the load or in a refill. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesPushesThatCameMoreThanADayApartForTwoThoughItReadsThemTogether(boolean oneBatch)
      throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      var offset = 0;
      var next = 0L;
      for (var push :
          List.of(
              Map.entry("monday", Duration.ZERO),
              Map.entry("monday", Duration.ofHours(23)),
              Map.entry("other", Duration.ofHours(24)),
              Map.entry("monday", Duration.ofHours(26)),
              Map.entry("monday", Duration.ofHours(27)),
              Map.entry("thursday", Duration.ofHours(80)),
              Map.entry("thursday", Duration.ofHours(81)))) {
        addPushed(batch, offset++, push.getKey(), push.getValue());
        if (!oneBatch) {
          write(writer, batch, next, offset);
          next = offset;
          batch.clear();
        }
      }
      if (oneBatch) {
        assertThat(write(writer, batch, next, offset)).isEqualTo(new WriteResult.Stored(3, 3, 1));
        assertReused(2);
      }
      assertThat(warehouse.rows("SELECT _offset, name FROM ops.flights ORDER BY 1"))
          .containsExactly("0|monday", "3|monday", "5|thursday");
      assertThat(warehouse.rows("SELECT \"offset\" FROM ops._acequia_idempotency_flights"))
          .containsExactly("5");

      // The consumer may read another partition later.
      batch.clear();
      addPushed(batch, 7, "older", Duration.ofHours(30));
      assertThat(write(writer, batch, 7, 8)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(warehouse.rows("SELECT \"offset\" FROM ops._acequia_idempotency_flights"))
          .containsExactly("5");
    }
  }

  @Test
  void judgesByTheKeyAloneWhereNobodyKnowsWhenARecordCame() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    // An older version stored no timestamp.
    warehouse.asSuperuser("ALTER TABLE ops._acequia_idempotency_flights DROP pushed_ms");
    migrate(definition);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 0, "first", "a", "1", 0);
      write(writer, batch, 0, 1);
      batch.clear();
      addPushed(batch, 1, "first", Duration.ofDays(400));
      addPushed(batch, 2, "other", Duration.ofDays(400));
      assertThat(write(writer, batch, 1, 3)).isEqualTo(new WriteResult.Stored(0, 1, 1));

      warehouse.asSuperuser("UPDATE ops._acequia_idempotency_flights SET pushed_ms = 0");
      batch.clear();
      add(batch, 3, "first", "a", "1", 0);
      addPushed(batch, 4, "first", Long.MIN_VALUE);
      addPushed(batch, 5, "first", Long.MAX_VALUE);
      assertThat(write(writer, batch, 3, 6)).isEqualTo(new WriteResult.Stored(1, 2, 0));
    }
  }
}
