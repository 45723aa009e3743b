package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A replay as the store sees it: a rewind under the fence, once, that changes no row. */
class ReplayIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final byte[] KEY = {'k'};
  private static final byte[] RECORD = {'r'};

  private final Warehouse warehouse = Warehouse.create();
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();

  private PipelineDefinition migrated(LoadMode mode) throws Exception {
    var definition = definition(SCHEMA, mode, TOPIC, 1, null);
    migrate(definition, 0);
    return definition;
  }

  private void migrate(PipelineDefinition definition, long beginning) throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(log(TOPIC, 1, beginning, 100));
  }

  private StoreWriter writer(PipelineDefinition definition, String pod) {
    return StoreWriter.open(definition, warehouse.writerEnvironment(pod));
  }

  private void add(StoreBatch batch, long offset, long id, String name) throws BadRecordException {
    add(batch, arrival.from(1, 0, offset), id, name);
  }

  private void addKeyed(StoreBatch batch, long offset, long id, String name, boolean replayed)
      throws BadRecordException {
    var key = new Arrival.Key(null, KEY, 0, ByteBuffer.wrap(RECORD), -1, replayed);
    add(batch, arrival.from(1, 0, offset).keyed(key), id, name);
  }

  private void add(StoreBatch batch, Arrival given, long id, String name)
      throws BadRecordException {
    var json = ("{\"id\":" + id + ",\"name\":\"" + name + "\"}").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(row, given);
  }

  private static Rewind rewind(UUID id, long from, long until, long resume) {
    return rewind(id, from, until, resume, null);
  }

  private static Rewind rewind(
      UUID id, long from, long until, long resume, @Nullable UUID previous) {
    return new Rewind(
        from, null, new PartitionReplay(id, from, until, resume, null), true, previous);
  }

  private static PartitionClaim claim(StoreWriter writer) throws Exception {
    return writer.claim(0).orElseThrow();
  }

  private WriteResult write(StoreWriter writer, StoreBatch batch, long from, long to)
      throws Exception {
    return writer.write(
        batch, List.of(new PartitionAdvance(0, claim(writer).fence(), from, to, null)), OPEN);
  }

  private List<String> table() throws Exception {
    return warehouse.rows("SELECT * FROM ops.flights ORDER BY id, _offset");
  }

  @Test
  void rewindsOnceThoughItIsOrderedAgain() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND), "pod")) {
      write(writer, writer.newBatch(), 0, 90);
      var replay = rewind(UUID.randomUUID(), 20, 30, 90);
      var rewound = writer.rewind(claim(writer), replay).orElseThrow();
      assertThat(rewound.nextOffset()).isEqualTo(20);
      assertThat(claim(writer)).isEqualTo(withFence(rewound, rewound.fence() + 1));
      assertThat(claim(writer).isReplaying()).isTrue();

      // The last batch of the replay takes reading back to where it was.
      write(writer, writer.newBatch(), 20, 90);
      var after = claim(writer);
      assertThat(after.isReplaying()).isFalse();
      assertThat(writer.rewind(after, replay)).contains(after);
      assertThat(claim(writer).nextOffset()).isEqualTo(90);
    }
  }

  private static PartitionClaim withFence(PartitionClaim claim, long fence) {
    return new PartitionClaim(
        claim.partition(),
        claim.nextOffset(),
        claim.leaderEpoch(),
        claim.topicId(),
        claim.lineage(),
        fence,
        claim.schemaHash(),
        claim.replay());
  }

  @Test
  void rewindsNothingForAnOwnerThatWasOvertaken() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var zombie = writer(definition, "zombie");
        var successor = writer(definition, "successor")) {
      write(zombie, zombie.newBatch(), 0, 90);
      var old = claim(zombie);
      var current = claim(successor);
      var replay = rewind(UUID.randomUUID(), 20, 90, 90);
      assertThat(zombie.rewind(old, replay)).isEmpty();
      assertThat(claim(successor).nextOffset()).isEqualTo(90);
      assertThat(successor.rewind(withFence(current, current.fence() + 1), replay)).isPresent();
    }
  }

  @Test
  void neverBeginsWhatALaterOneHasReplaced() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND), "pod")) {
      write(writer, writer.newBatch(), 0, 90);
      var former = UUID.randomUUID();
      writer.rewind(claim(writer), rewind(UUID.randomUUID(), 20, 90, 90, former));
      var claim = claim(writer);
      assertThat(writer.rewind(claim, rewind(former, 5, 90, 90))).contains(claim);
      assertThat(claim(writer).nextOffset()).isEqualTo(20);
    }
  }

  private void accept(String offset) throws Exception {
    migrate(
        definition(
            SCHEMA,
            LoadMode.APPEND,
            TOPIC,
            1,
            new AcceptedOffsets(Pipelines.kafkaId(TOPIC), null, offset)),
        0);
  }

  @Test
  void endsWhereAPersonAcceptsToGoOnLater() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND), "pod")) {
      write(writer, writer.newBatch(), 0, 90);
      writer.rewind(claim(writer), rewind(UUID.randomUUID(), 20, 60, 90));
      accept("95");
      var claim = claim(writer);
      assertThat(claim.nextOffset()).isEqualTo(95);
      assertThat(claim.isReplaying()).isFalse();
    }
  }

  @Test
  void whatAPersonAcceptsToReadAgainIsJudgedAsInAReplay() throws Exception {
    try (var writer = writer(migrated(LoadMode.APPEND), "pod")) {
      write(writer, writer.newBatch(), 0, 90);
      accept("40");
      assertThat(claim(writer).replay())
          .satisfies(
              replay -> {
                assertThat(replay.from()).isEqualTo(40);
                assertThat(replay.until()).isEqualTo(90);
                assertThat(replay.resume()).isEqualTo(90);
              });
      var id = UUID.randomUUID();
      writer.rewind(claim(writer), rewind(id, 20, 60, 90));
      accept("30");
      var claim = claim(writer);
      assertThat(claim.nextOffset()).isEqualTo(30);
      assertThat(claim.replay()).isEqualTo(new PartitionReplay(id, 30, 90, 90, null, true));
    }
  }

  @Test
  void leavesTheTableAsItWas() throws Exception {
    for (var mode : LoadMode.values()) {
      var definition = migrated(mode);
      try (var writer = writer(definition, "pod")) {
        var batch = writer.newBatch();
        for (var offset = 0; offset < 50; offset++) {
          add(batch, offset, offset % 20, "n" + offset);
        }
        write(writer, batch, 0, 50);
        var before = table();
        writer.rewind(claim(writer), rewind(UUID.randomUUID(), 5, 45, 50));

        batch.clear();
        batch.expectDuplicates();
        for (var offset = 5; offset < 45; offset++) {
          add(batch, offset, offset % 20, "n" + offset);
        }
        var result = (WriteResult.Stored) write(writer, batch, 5, 50);
        assertThat(table()).isEqualTo(before);
        if (mode == LoadMode.APPEND) {
          assertThat(result).isEqualTo(new WriteResult.Stored(0, 40, 0));
        }
      }
      StoreMigration.open(definition, warehouse.migrationEnvironment()).drop();
      assertThat(warehouse.rows("SELECT relname FROM pg_class WHERE relname LIKE '\\_acequia\\_%'"))
          .isEmpty();
    }
  }

  /** The log lost the deletions, or a person ended the replay before them. */
  @Test
  void bringsNothingBackWhoseDeletionItDoesNotReadAgain() throws Exception {
    try (var writer = writer(migrated(LoadMode.UPSERT), "pod")) {
      var batch = writer.newBatch();
      for (var id = 1; id <= 6; id++) {
        add(batch, id, id, "first");
      }
      write(writer, batch, 0, 10);
      batch.clear();
      for (var id = 1; id <= 5; id++) {
        delete(batch, 10 + id, id);
      }
      add(batch, 20, 5, "later than its deletion");
      write(writer, batch, 10, 90);
      warehouse.asSuperuser("DELETE FROM ops.flights");

      writer.rewind(claim(writer), rewind(UUID.randomUUID(), 0, 90, 90));
      batch.clear();
      batch.expectDuplicates();
      add(batch, 1, 1, "first");
      add(batch, 6, 6, "first");
      write(writer, batch, 0, 2); // each key once
      assertThat(names()).containsExactly("6|first");
      batch.clear();
      batch.expectDuplicates();
      add(batch, 2, 2, "first");
      delete(batch, 7, 7);
      write(writer, batch, 2, 8); // beside a deletion
      batch.clear();
      batch.expectDuplicates();
      add(batch, 3, 3, "first");
      add(batch, 9, 8, "refused");
      warehouse.asSuperuser("ALTER TABLE ops.flights ADD CHECK (name <> 'refused')");
      write(writer, batch, 8, 10); // beside a row that the table refuses
      batch.clear();
      batch.expectDuplicates();
      add(batch, 20, 5, "later than its deletion");
      write(writer, batch, 10, 21);
      assertThat(names()).containsExactly("5|later than its deletion", "6|first");
    }
  }

  private List<String> names() throws Exception {
    return warehouse.rows("SELECT id, name FROM ops.flights ORDER BY id");
  }

  private void delete(StoreBatch batch, long offset, long id) throws BadRecordException {
    var json = ("[" + id + "]").getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decodeKey(json, 0, json.length, row);
    batch.addDeletion(row, arrival.from(1, 0, offset));
  }

  @Test
  void dropsTheSameRepeatsAfterTheirKeysAreForgotten() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    try (var writer = writer(definition, "pod")) {
      var batch = writer.newBatch();
      addKeyed(batch, 0, 1, "first", false);
      addKeyed(batch, 1, 1, "repeat", false);
      assertThat(write(writer, batch, 0, 2)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      warehouse.asSuperuser("DELETE FROM ops._acequia_idempotency_flights");
      // A day later the key is free again, and stands for something new.
      batch.clear();
      addKeyed(batch, 2, 2, "another", false);
      assertThat(write(writer, batch, 2, 3)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      var before = table();

      // From between the two, so that the repeat comes without what it repeats.
      writer.rewind(claim(writer), rewind(UUID.randomUUID(), 1, 3, 3));
      warehouse.asSuperuser("DELETE FROM ops.flights WHERE _offset = 2");
      batch.clear();
      batch.expectDuplicates();
      addKeyed(batch, 1, 1, "repeat", true);
      addKeyed(batch, 2, 2, "another", true);
      assertThat(write(writer, batch, 1, 3)).isEqualTo(new WriteResult.Stored(1, 1, 0));
      assertThat(table()).isEqualTo(before);
    }
    migrate(definition, 2);
    assertThat(warehouse.rows("SELECT * FROM ops._acequia_repeats_flights")).isEmpty();
  }

  @Test
  void bringsTablesOfAFormerVersionUpToDate() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    warehouse.asSuperuser(
        "DROP TABLE ops._acequia_repeats_flights, ops._acequia_replays_flights",
        "ALTER TABLE ops._acequia_offsets_flights DROP replay, DROP replay_from,"
            + " DROP replay_until, DROP replay_resume");
    migrate(definition, 0);
    try (var writer = writer(definition, "pod")) {
      write(writer, writer.newBatch(), 0, 90);
      assertThat(writer.rewind(claim(writer), rewind(UUID.randomUUID(), 20, 90, 90))).isPresent();
    }
  }
}
