package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is remembered beside the rows: how much it takes, and how it is forgotten. */
class NotesIT extends HookedLake {
  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.STRING, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final Duration LONG = Duration.ofHours(26);
  private static final Duration HOUR = Duration.ofHours(1);

  NotesIT() {
    super(SCHEMA);
  }

  private LakeWriter writer(KnownNotes notes) {
    return new LakeWriter(definition, store(), tables, Clock.systemUTC(), notes);
  }

  private LakeHousekeeping housekeeping(LakeTables with, Map<String, String> environment) {
    return new LakeHousekeeping(store(), with, environment, Clock.systemUTC());
  }

  private LakeTables tables() {
    return new LakeTables(store(), lake.writerEnvironment("pod"));
  }

  private void expire(Map<String, String> environment) throws Exception {
    try (var part = housekeeping(tables(), environment)) {
      assertThat(part.work()).isEqualTo(HOUR);
    }
  }

  private static Row row(String id) throws Exception {
    var row = new Row(SCHEMA);
    var bytes = "{\"id\":\"%s\",\"name\":\"n\"}".formatted(id).getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    return row;
  }

  private static Arrival keyed(int partition, long offset, String key) {
    return new Arrival()
        .from(1, partition, offset)
        .keyed(
            new Arrival.Key(
                null,
                key.getBytes(StandardCharsets.UTF_8),
                0,
                ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8)),
                -1,
                false));
  }

  /** One record with an idempotency key, after all that its partition has. */
  private static WriteResult push(StoreWriter writer, int partition, String key) throws Exception {
    var claim = writer.claim(partition).orElseThrow();
    var next = claim.nextOffset();
    var batch = writer.newBatch();
    batch.add(row(key), keyed(partition, next, key));
    return writer.write(
        batch,
        List.of(new PartitionAdvance(partition, claim.fence(), next, next + 1, null)),
        rejected -> {});
  }

  private List<Note> notes() {
    var notes = new ArrayList<Note>();
    lake.act(
        definition,
        all -> {
          var table = all.load(all.data());
          for (var file : NoteFiles.of(table, NoteFiles.head(table))) {
            NoteFiles.read(table, file, notes::add);
          }
        });
    return notes;
  }

  @Test
  void ownersThatCommitAllTheTimeDoNotKeepMarksFromExpiring() throws Exception {
    try (var writer = other()) {
      push(writer, 0, "old");
      push(writer, 0, "old too");
      lake.age(definition, LONG);
      var commits = new ArrayList<String>();
      tables.atTheNextCommit(
          new HookedTables.Hook() {
            @Override
            public void before() throws Exception {
              push(writer, 0, "new " + commits.size());
              commits.add("one");
              if (commits.size() < 3) {
                tables.atTheNextCommit(this);
              }
            }
          });
      try (var part = housekeeping(tables, Map.of())) {
        assertThat(part.work()).isEqualTo(HOUR);
      }
      assertThat(commits).hasSize(3);
      assertThat(notes())
          .extracting(note -> note.origin().offset())
          .containsExactlyInAnyOrder(2L, 3L, 4L);
      assertThat(push(writer, 1, "new 1")).isEqualTo(new WriteResult.Stored(0, 1, 0));
      assertThat(push(writer, 1, "old")).isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
  }

  @Test
  void whoeverJudgedByAMarkThatIsForgottenMeanwhileBeginsAnew() throws Exception {
    try (var writer = writer(new KnownNotes());
        var other = other()) {
      push(other, 0, "key");
      lake.age(definition, LONG);
      var claim = writer.claim(1).orElseThrow();
      var batch = writer.newBatch();
      batch.add(row("key"), keyed(1, 0, "key"));
      tables.atTheNextCommit(() -> expire(Map.of()));
      assertThat(
              writer.write(
                  batch,
                  List.of(new PartitionAdvance(1, claim.fence(), 0, 1, null)),
                  rejected -> {}))
          .isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
  }

  /** Two replicas whose hour has come together. */
  @Test
  void twoThatForgetTheSameChangeTheLedgerOnce() throws Exception {
    try (var writer = other()) {
      push(writer, 0, "old");
      lake.age(definition, LONG);
      tables.atTheNextCommit(() -> expire(Map.of()));
      try (var part = housekeeping(tables, Map.of())) {
        assertThat(part.work()).isLessThan(HOUR);
        assertThat(part.work()).isEqualTo(HOUR);
      }
      assertThat(notes()).isEmpty();
    }
  }

  @Test
  void aDeletedKeyIsRememberedByItsDigestAlone() throws Exception {
    migrate(LoadMode.UPSERT);
    try (var writer = writer(new KnownNotes())) {
      var id = "x".repeat(2000);
      delete(writer, writer.claim(0).orElseThrow(), id, 0, 1);
      assertThat(notes()).hasSize(1).allMatch(note -> note.key().remaining() == 16);
      assertThat(deletion(id)).isEqualTo(new Origin(1, 0, 0));
    }
  }

  private static void delete(
      StoreWriter writer, PartitionClaim claim, String id, long from, long to) throws Exception {
    for (var offset = from; offset < to; offset++) {
      var batch = writer.newBatch();
      batch.addDeletion(row(id), new Arrival().from(1, 0, offset));
      writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), offset, offset + 1, null)),
          rejected -> {});
    }
  }

  private @Nullable Origin deletion(String id) {
    var known = new KnownNotes();
    lake.act(definition, all -> known.follow(all.load(all.data())));
    var key = new KeyBytes();
    key.putText(id.getBytes(StandardCharsets.UTF_8), 0, id.length());
    return known.deletion(key.take());
  }

  /** It takes rows back, and notes not: a branch of their own has them. */
  @Test
  void theNewestDeletionCountsAfterSomebodyHasRolledTheTableBack() throws Exception {
    migrate(LoadMode.UPSERT);
    try (var writer = writer(new KnownNotes())) {
      var claim = writer.claim(0).orElseThrow();
      var before = new ArrayList<Long>();
      lake.act(definition, all -> before.add(all.load(all.data()).currentSnapshot().snapshotId()));
      delete(writer, claim, "key", 0, 10);
      lake.act(
          definition,
          all -> all.load(all.data()).manageSnapshots().rollbackTo(before.getFirst()).commit());
      delete(writer, claim, "key", 10, 11);
      assertThat(deletion("key")).isEqualTo(new Origin(1, 0, 10));
    }
  }

  @Test
  void withMoreThanFitsNothingIsJudgedUntilEnoughHasExpired() throws Exception {
    try (var writer = writer(new KnownNotes(1 << 16))) {
      assertThat(push(writer, 0, "first")).isEqualTo(new WriteResult.Stored(1, 0, 0));
      for (var attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> push(writer, 0, "second"))
            .isInstanceOf(StoreUnavailableException.class)
            .hasMessageContaining("remembers 1 idempotency keys, 0 repeats")
            .hasMessageContaining("send fewer records with an idempotency key");
      }
      lake.age(definition, LONG);
      expire(Map.of());
      assertThat(push(writer, 0, "second")).isEqualTo(new WriteResult.Stored(1, 0, 0));
    }
  }

  @Test
  void repeatsAreRememberedForAsLongAsAReplayCanReadThem() throws Exception {
    var kept = Map.of(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var writer = other()) {
      push(writer, 0, "key");
      push(writer, 0, "key");
      lake.age(definition, Duration.ofDays(43));
      expire(kept);
      assertThat(notes()).extracting(Note::kind).containsExactly(Note.Kind.REPEAT);
      lake.age(definition, Duration.ofDays(2));
      expire(Map.of());
      assertThat(notes()).hasSize(1);
      expire(kept);
      assertThat(notes()).isEmpty();
    }
  }

  /** A database has few of them, and many pipelines. */
  @Test
  void theWriterAndTheHousekeepingOfAConsumerHaveOneConnection() throws Exception {
    var environment = lake.writerEnvironment("pod");
    var provider = StoreProvider.of(definition);
    var parts = provider.housekeeping(definition, environment);
    try (var writer = provider.writer(definition, environment)) {
      for (var part : parts) {
        part.work();
      }
      push(writer, 0, "key");
      assertThat(lake.connections()).isEqualTo(1);
      for (var part : parts) {
        part.close();
      }
      push(writer, 0, "another");
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(lake.connections()).isZero());
  }
}
