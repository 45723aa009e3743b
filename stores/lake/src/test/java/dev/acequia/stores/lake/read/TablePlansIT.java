package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablePlansIT {
  private static final Duration TIME = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(new Field("id", FieldType.INT64, true, null)),
          UnknownFields.REJECT);

  @TempDir Path folder;
  private final RecordColumns records = LakeQueries.records(SCHEMA, LoadMode.UPSERT);
  private LakeTable table;

  @BeforeEach
  void create() throws IOException {
    table = new LakeTable(folder.resolve("table"), LakeColumns.of(SCHEMA));
    append(1);
  }

  private void append(long id) throws IOException {
    table.append(table.row("id", id));
  }

  private TablePlans plans(TableSource source, Duration period) {
    return new TablePlans(source, records, 100, period);
  }

  private static TablePlan current(TablePlans plans) throws StoreReadException {
    return plans.current(Deadline.in(TIME));
  }

  @Test
  void plansASnapshotOnce() throws Exception {
    try (var plans = plans(table, Duration.ZERO)) {
      var first = current(plans);
      assertThat(current(plans)).isSameAs(first);
      append(2);
      assertThat(current(plans).files()).hasSize(2);
      assertThat(first.files()).hasSize(1);
      assertThat(table.loads).isEqualTo(1);
    }
  }

  @Test
  void asksNobodyWithinAPeriod() throws Exception {
    try (var plans = plans(table, LONG)) {
      var first = current(plans);
      append(2);
      table.drop();
      assertThat(current(plans)).isSameAs(first);
    }
  }

  @Test
  void asksOnceForAllWhoWait() throws Exception {
    try (var plans = plans(table, LONG);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var found = new ArrayList<Future<TablePlan>>();
      for (var i = 0; i < 50; i++) {
        found.add(threads.submit(() -> current(plans)));
      }
      for (var one : found) {
        assertThat(one.get(20, TimeUnit.SECONDS)).isSameAs(found.getFirst().get());
      }
      assertThat(table.loads).isEqualTo(1);
    }
  }

  /** A table's files and columns are its own, whatever its name. */
  @Test
  void takesATableThatWasCreatedAgainForAnother() throws Exception {
    var other = new LakeTable(folder.resolve("other"), LakeColumns.of(SCHEMA));
    var source =
        new TableSource() {
          private LakeTable now = table;

          @Override
          public Table load() {
            return now.load();
          }

          @Override
          public void close() {}
        };
    try (var plans = plans(source, Duration.ZERO)) {
      assertThat(current(plans).files()).hasSize(1);
      table.drop();
      source.now = other;
      assertThat(current(plans).files()).isEmpty();
    }
  }

  @Test
  void saysWhatIsWrongAndRecovers() throws Exception {
    var source =
        new TableSource() {
          private boolean isDown = true;

          @Override
          public Table load() {
            if (isDown) {
              throw new IllegalStateException("connection to db.example.com refused");
            }
            return table.load();
          }

          @Override
          public void close() {}
        };
    try (var plans = plans(source, LONG)) {
      assertThatThrownBy(() -> current(plans))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE))
          .hasMessage("the lake's catalog or its files cannot be reached");
      source.isDown = false;
      assertThat(current(plans).files()).hasSize(1);
    }
  }
}
