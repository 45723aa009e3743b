package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes that cover several files, of which a compaction rewrites one. */
class DeletedRowsIT {
  private static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(new Field("id", FieldType.INT64, true, null)),
          UnknownFields.REJECT);

  @TempDir Path folder;
  private final RecordColumns records = LakeQueries.records(SCHEMA, LoadMode.UPSERT);
  private LakeTable table;
  private LocalEngine local;
  private DataFile appended;
  private TablePlan before;
  private TablePlan after;

  @BeforeEach
  void compact() throws Exception {
    table = new LakeTable(folder.resolve("table"), LakeColumns.of(SCHEMA));
    local = new LocalEngine(Limits.small(), table.location(), folder.resolve("cache"));
    var first = append(1, 2, 3);
    var second = append(4, 5);
    appended = second;
    var both = table.writeDelete(List.of(first, second), 0);
    table.table().newRowDelta().addDeletes(both).commit();
    table.delete(first, 1);
    before = plan();
    var compacted = table.write(List.of(table.row("id", 3L)));
    table.table().newOverwrite().deleteFile(first).addFile(compacted).commit();
    after = plan();
  }

  @AfterEach
  void close() {
    local.close();
  }

  private DataFile append(long... ids) throws IOException {
    var rows = new ArrayList<Record>();
    for (var id : ids) {
      rows.add(table.row("id", id));
    }
    return table.append(rows);
  }

  private TablePlan plan() throws StoreReadException {
    return table.plan(records);
  }

  private List<Long> ids(TablePlan plan) throws Exception {
    var deadline = Deadline.in(Duration.ofSeconds(20));
    var ids = new ArrayList<Long>();
    try (var scan = new Scans(local, 10).of(plan.matching(Condition.always()), deadline)) {
      local
          .engine()
          .query(
              "SELECT t.id FROM " + scan.from() + " ORDER BY t.id",
              deadline,
              chunk -> {
                for (var row = 0L; row < chunk.rowCount(); row++) {
                  ids.add(chunk.vector(0).getLong(row));
                }
              });
    }
    return ids;
  }

  @Test
  void readsAnOlderPlanAfterANewerOne() throws Exception {
    assertThat(ids(after)).containsExactly(3L, 5L);
    assertThat(ids(before)).containsExactly(3L, 5L);
    assertThat(ids(after)).containsExactly(3L, 5L);
  }

  @Test
  void readsATableWhoseCompactionIsRolledBack() throws Exception {
    assertThat(ids(after)).containsExactly(3L, 5L);
    table.table().manageSnapshots().rollbackTo(before.snapshotId()).commit();
    assertThat(ids(plan())).containsExactly(3L, 5L);
  }

  /** A load waits for room in the cache; queries with loaded deletes do not wait for it. */
  @Test
  void waitsForNobodyWhoLoads() throws Exception {
    var rows = after.files();
    var bytes = rows.stream().mapToLong(PlannedFile::bytes).sum();
    var deadline = Deadline.in(Duration.ofSeconds(20));
    try (var full =
        new LocalEngine(Limits.withCache(bytes), "s3://lake/flights", folder.resolve("full"))) {
      full.deleted().use(after, deadline).close();
      table.table().newRowDelta().addDeletes(table.writeDelete(appended, 0)).commit();
      var newer = plan();
      var loading =
          new FutureTask<>(
              () -> {
                full.deleted().use(newer, deadline).close();
                return true;
              });
      var loader = Thread.ofPlatform().unstarted(loading);
      try (var held = full.files().hold(rows, after.io(), deadline)) {
        assertThat(held.paths()).hasSize(rows.size());
        loader.start();
        await().until(() -> loader.getState() == Thread.State.TIMED_WAITING);
        full.deleted().use(after, Deadline.in(Duration.ofSeconds(5))).close();
        assertThat(loading.isDone()).isFalse();
      }
      assertThat(loading.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
