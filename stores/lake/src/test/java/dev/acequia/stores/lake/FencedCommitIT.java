package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens between the look at a table and the commit. */
class FencedCommitIT extends HookedLake {
  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final WriteResult ONE = new WriteResult.Stored(1, 0, 0);

  FencedCommitIT() {
    super(SCHEMA);
  }

  /** One at whose commits something happens. */
  private StoreWriter hooked() {
    return new LakeWriter(definition, store(), tables, Clock.systemUTC());
  }

  private static PartitionClaim claim(StoreWriter writer, int partition) throws Exception {
    return writer.claim(partition).orElseThrow();
  }

  private static StoreBatch batch(
      StoreWriter writer, int partition, long offset, long id, String name) throws Exception {
    var batch = writer.newBatch();
    var row = new Row(SCHEMA);
    var bytes = "{\"id\":%d,\"name\":\"%s\"}".formatted(id, name).getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    batch.add(row, new Arrival().from(1, partition, offset));
    return batch;
  }

  /** One record, after all that its partition has. */
  private static WriteResult write(
      StoreWriter writer, PartitionClaim claim, long offset, long id, String name)
      throws Exception {
    return writer.write(
        batch(writer, claim.partition(), offset, id, name), advance(claim, offset), OPEN);
  }

  private static List<PartitionAdvance> advance(PartitionClaim claim, long offset) {
    return List.of(
        new PartitionAdvance(claim.partition(), claim.fence(), offset, offset + 1, null));
  }

  private List<String> names() {
    var names = new ArrayList<String>();
    lake.act(
        definition,
        all -> {
          try (var rows = IcebergGenerics.read(all.load(all.data())).build()) {
            rows.forEach(row -> names.add(String.valueOf(row.getField("name"))));
          }
        });
    return names.stream().sorted().toList();
  }

  private void expireSnapshots() {
    lake.act(
        definition,
        all ->
            all.load(all.data())
                .expireSnapshots()
                .expireOlderThan(System.currentTimeMillis() + 1)
                .retainLast(1)
                .commit());
  }

  /** It was found to be the owner, then stalled; another commit lies between as well. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void aZombieThatStalledBeforeItsCommitStoresNothing(LoadMode mode) throws Exception {
    migrate(mode);
    try (var zombie = hooked();
        var other = other()) {
      var former = claim(zombie, 0);
      var beside = claim(other, 1);
      tables.atTheNextCommit(
          () -> {
            var successor = claim(other, 0);
            write(other, beside, 0, 2, "beside");
            write(other, successor, 0, 3, "right");
          });
      assertThat(write(zombie, former, 0, 1, "late")).isEqualTo(new WriteResult.Overtaken());
      assertThat(names()).containsExactly("beside", "right");
    }
  }

  /** Both would set the same fence. */
  @Test
  void ofTwoClaimsAtOnceEachHasAFenceOfItsOwn() throws Exception {
    try (var slow = hooked();
        var other = other()) {
      var fences = new ArrayList<Long>();
      tables.atTheNextCommit(() -> fences.add(claim(other, 0).fence()));
      assertThat(claim(slow, 0).fence()).isGreaterThan(fences.getFirst());
    }
  }

  private List<Long> snapshots() {
    var found = new ArrayList<Long>();
    lake.act(
        definition,
        all -> all.load(all.data()).snapshots().forEach(one -> found.add(one.snapshotId())));
    return found;
  }

  @Test
  void partitionsAreClaimedInOneCommit() throws Exception {
    try (var writer = other()) {
      var before = snapshots().size();
      assertThat(writer.claim(List.of(0, 1))).hasSize(2);
      assertThat(snapshots()).hasSize(before + 1);
    }
  }

  /** It may ask each second, for hours. */
  @Test
  void aConsumerThatMayNotWriteYetChangesNothing() throws Exception {
    var former = definition;
    try (var owner = other()) {
      var claim = claim(owner, 0);
      var before = snapshots();
      var wider =
          Pipelines.schema(
              List.of("id"),
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null),
              new Field("more", FieldType.STRING, false, null));
      for (var other :
          List.of(
              Pipelines.definition(
                  former.store(), wider, LoadMode.APPEND, former.topic().uuid(), 2, null),
              Pipelines.definition(
                  former.store(), SCHEMA, LoadMode.APPEND, UUID.randomUUID(), 2, null))) {
        try (var waiting = StoreWriter.open(other, lake.writerEnvironment("waiting"))) {
          for (var turn = 0; turn < 3; turn++) {
            var told = waiting.claim(List.of(0, 1));
            assertThat(told)
                .allMatch(one -> one.schemaHash().equals(SCHEMA.hash()))
                .allMatch(one -> one.topicId().equals(former.topic().uuid()));
            assertThat(
                    waiting.write(
                        waiting.newBatch(),
                        List.of(new PartitionAdvance(0, told.getFirst().fence(), 0, 1, null)),
                        OPEN))
                .isEqualTo(new WriteResult.Overtaken());
          }
        }
      }
      assertThat(snapshots()).isEqualTo(before);
      assertThat(write(owner, claim, 0, 1, "right")).isEqualTo(ONE);
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void ownersOfTwoPartitionsBothGetThrough(LoadMode mode) throws Exception {
    migrate(mode);
    try (var one = hooked();
        var other = other()) {
      var zero = claim(one, 0);
      var first = claim(other, 1);
      tables.atTheNextCommit(() -> write(other, first, 0, 2, "other"));
      assertThat(write(one, zero, 0, 1, "one")).isEqualTo(ONE);
      assertThat(names()).containsExactly("one", "other");
      assertThat(claim(one, 0).nextOffset()).isEqualTo(1);
      assertThat(claim(one, 1).nextOffset()).isEqualTo(1);
    }
  }

  /** Both saw a table without the key. */
  @Test
  void twoPartitionsDoNotStoreOneKeyTwice() throws Exception {
    migrate(LoadMode.UPSERT);
    try (var one = hooked();
        var other = other()) {
      var zero = claim(one, 0);
      var first = claim(other, 1);
      tables.atTheNextCommit(() -> write(other, first, 0, 7, "earlier"));
      assertThat(write(one, zero, 0, 7, "later")).isEqualTo(ONE);
      assertThat(names()).containsExactly("later");
    }
  }

  @Test
  void anOwnerGoesOnAfterTheSnapshotOfItsClaimHasExpired() throws Exception {
    try (var writer = other()) {
      var zero = claim(writer, 0);
      var one = claim(writer, 1);
      write(writer, one, 0, 1, "a");
      expireSnapshots();
      assertThat(write(writer, zero, 0, 2, "b")).isEqualTo(ONE);
      expireSnapshots();
      assertThat(write(writer, zero, 1, 3, "c")).isEqualTo(ONE);
      assertThat(names()).containsExactly("a", "b", "c");
    }
  }

  @Test
  void aZombieStoresNothingAfterTheSnapshotOfTheNewClaimHasExpired() throws Exception {
    try (var zombie = other();
        var other = other()) {
      var former = claim(zombie, 0);
      claim(other, 0);
      write(other, claim(other, 1), 0, 1, "beside");
      expireSnapshots();
      assertThat(write(zombie, former, 0, 2, "late")).isEqualTo(new WriteResult.Overtaken());
      assertThat(names()).containsExactly("beside");
    }
  }

  /** Neither key was in any snapshot when the zombie looked. */
  @Test
  void aZombieThatStalledStoresNothingThoughItsClaimHasExpired() throws Exception {
    try (var zombie = hooked();
        var other = other()) {
      var former = claim(zombie, 0);
      write(other, claim(other, 1), 0, 1, "beside");
      expireSnapshots();
      tables.atTheNextCommit(() -> claim(other, 0));
      assertThat(write(zombie, former, 0, 2, "late")).isEqualTo(new WriteResult.Overtaken());
      assertThat(names()).containsExactly("beside");
    }
  }

  /** The process was suspended for hours; before and after, no snapshot has its key. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void aZombieThatStalledUntilAllOfItsSuccessorHasExpiredStoresNothing(LoadMode mode)
      throws Exception {
    migrate(mode);
    try (var zombie = hooked();
        var other = other()) {
      var former = claim(zombie, 0);
      var beside = claim(other, 1);
      write(other, beside, 0, 1, "beside");
      expireSnapshots();
      tables.atTheNextCommit(
          () -> {
            write(other, claim(other, 0), 0, 2, "right");
            write(other, beside, 1, 3, "beside too");
            expireSnapshots();
          });
      assertThat(write(zombie, former, 0, 2, "late")).isEqualTo(new WriteResult.Overtaken());
      assertThat(names()).containsExactly("beside", "beside too", "right");
      assertThat(claim(other, 0).nextOffset()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void theNextClaimTellsWhatBecameOfACommitWhoseAnswerWasLost(LoadMode mode) throws Exception {
    migrate(mode);
    try (var writer = hooked()) {
      var claim = claim(writer, 0);
      tables.atTheNextCommit(
          new HookedTables.Hook() {
            @Override
            public void before() {}

            @Override
            public void after() {
              throw new CommitStateUnknownException(new IllegalStateException("cut"));
            }
          });
      assertThatThrownBy(() -> write(writer, claim, 0, 1, "stored"))
          .isInstanceOf(StoreUnavailableException.class);
      var next = claim(writer, 0);
      assertThat(next.nextOffset()).isEqualTo(1);
      assertThat(names()).containsExactly("stored");

      tables.atTheNextCommit(
          () -> {
            throw new CommitStateUnknownException(new IllegalStateException("cut"));
          });
      assertThatThrownBy(() -> write(writer, next, 1, 2, "again"))
          .isInstanceOf(StoreUnavailableException.class);
      var last = claim(writer, 0);
      assertThat(last.nextOffset()).isEqualTo(1);
      assertThat(write(writer, last, 1, 2, "again")).isEqualTo(ONE);
      assertThat(names()).containsExactly("again", "stored");
    }
  }

  /** All rows in one new file, the position deletes gone. */
  private void compact() {
    lake.act(
        definition,
        all -> {
          var table = all.load(all.data());
          var files = new HashSet<DataFile>();
          var deletes = new HashSet<DeleteFile>();
          try (var tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
              files.add(task.file());
              deletes.addAll(task.deletes());
            }
          }
          var rows = new ArrayList<Record>();
          try (var found = IcebergGenerics.read(table).build()) {
            found.forEach(rows::add);
          }
          var rewrite =
              table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId());
          files.forEach(rewrite::deleteFile);
          deletes.forEach(rewrite::deleteFile);
          rewrite.addFile(LakeFixture.write(table, rows)).commit();
        });
  }

  @Test
  void aCompactionBesideAnUpsertBringsNoRowBack() throws Exception {
    migrate(LoadMode.UPSERT);
    try (var writer = hooked()) {
      var claim = claim(writer, 0);
      write(writer, claim, 0, 1, "first");
      write(writer, claim, 1, 2, "other");
      write(writer, claim, 2, 1, "second");
      tables.atTheNextCommit(this::compact);
      assertThat(write(writer, claim, 3, 1, "third")).isEqualTo(ONE);
      assertThat(names()).containsExactly("other", "third");
      compact();
      assertThat(names()).containsExactly("other", "third");
      assertThat(write(writer, claim, 4, 2, "newer")).isEqualTo(ONE);
      assertThat(names()).containsExactly("newer", "third");
    }
  }

  @Test
  void aCompactionBesideALoadInAppendModeIsInNobodysWay() throws Exception {
    try (var writer = hooked()) {
      var claim = claim(writer, 0);
      write(writer, claim, 0, 1, "a");
      write(writer, claim, 1, 2, "b");
      tables.atTheNextCommit(this::compact);
      assertThat(write(writer, claim, 2, 3, "c")).isEqualTo(ONE);
      assertThat(names()).containsExactly("a", "b", "c");
    }
  }

  /** Read as position deletes, the file would look like a store that never answers. */
  @Test
  void refusesAnotherWritersDeletes() throws Exception {
    migrate(LoadMode.UPSERT);
    try (var writer = other()) {
      var claim = claim(writer, 0);
      assertThat(write(writer, claim, 0, 1, "old")).isEqualTo(ONE);
      lake.act(
          definition,
          all -> {
            var table = all.load(all.data());
            var deletes =
                FileMetadata.deleteFileBuilder(table.spec())
                    .ofEqualityDeletes(table.schema().findField("id").fieldId())
                    .withPath(table.location() + "/data/deletes.parquet")
                    .withFileSizeInBytes(100)
                    .withRecordCount(1)
                    .build();
            table.newRowDelta().addDeletes(deletes).commit();
          });
      assertThatThrownBy(() -> write(writer, claim, 1, 1, "new"))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessage("the table has equality deletes, which another writer made: compact it");
    }
  }
}
