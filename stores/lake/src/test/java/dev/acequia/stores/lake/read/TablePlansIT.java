package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablePlansIT {
  private static final Duration TIME = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(50);
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
    return plans(source, new TablePlans.Pace(period, TIME, LONG));
  }

  private TablePlans plans(TableSource source, TablePlans.Pace pace) {
    return new TablePlans(source, records, new Manifests(1 << 20), pace);
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
  void readsNoManifestASecondTime() throws Exception {
    for (var id = 2; id <= 20; id++) {
      append(id);
    }
    try (var plans = plans(table, Duration.ZERO)) {
      var before = manifestsRead();
      assertThat(current(plans).files()).hasSize(20);
      assertThat(manifestsRead()).isEqualTo(before + 20);
      append(21);
      append(22);
      assertThat(current(plans).files()).hasSize(22);
      assertThat(manifestsRead()).isEqualTo(before + 22);
    }
  }

  private long manifestsRead() {
    return table.opened().stream().filter(name -> name.matches(".*-m\\d+\\.avro")).count();
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

  @Test
  void servesTheLastPlanWhileNobodyAnswers() throws Exception {
    try (var plans = plans(table, new TablePlans.Pace(Duration.ZERO, SOON, LONG))) {
      var before = current(plans);
      append(2);
      table.answerNobody();
      for (var i = 0; i < 20; i++) {
        assertThat(plans.current(Deadline.in(TIME))).isSameAs(before);
      }
      table.answerAgain();
      await().untilAsserted(() -> assertThat(current(plans).files()).hasSize(2));
    }
  }

  @Test
  void servesTheLastPlanWhileTheAnswerIsAFailure() throws Exception {
    var source = new FailingSource();
    try (var plans = plans(source, new TablePlans.Pace(Duration.ZERO, TIME, LONG))) {
      var before = current(plans);
      source.failure = new UncheckedSQLException("the database restarts");
      assertThat(current(plans)).isSameAs(before);
      source.failure = new ForbiddenException("the role was dropped");
      assertThatThrownBy(() -> current(plans))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
    }
  }

  /** Each question loads the table again, so it fails at loading. */
  private final class FailingSource implements TableSource {
    private volatile @Nullable RuntimeException failure;

    @Override
    public Table load() {
      var thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
      return new BaseTable(((BaseTable) table.load()).operations(), "flights") {
        @Override
        public void refresh() {
          throw new IllegalStateException("it was created again");
        }
      };
    }

    @Override
    public void close() {}
  }

  @Test
  void endsAWaitWhereNoPlanIsYoungEnough() throws Exception {
    try (var plans = plans(table, new TablePlans.Pace(Duration.ZERO, SOON, Duration.ZERO))) {
      current(plans);
      table.answerNobody();
      assertThatThrownBy(() -> plans.current(Deadline.in(SOON)))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE))
          .hasMessageMatching("the lake's catalog or its files have not answered for \\d+ s");
      assertThatThrownBy(() -> plans.columns(Deadline.in(SOON)))
          .isInstanceOf(StoreReadException.class);
      table.answerAgain();
      assertThat(current(plans).files()).hasSize(1);
    }
  }

  /** Otherwise every query plans a table that takes longer than a period to plan. */
  @Test
  void isFreshWhenItIsThereHoweverLongItTook() throws Exception {
    var period = Duration.ofSeconds(5);
    try (var plans = plans(table, period);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      table.answerNobody();
      var begun = System.nanoTime();
      var first = threads.submit(() -> current(plans));
      await().until(() -> System.nanoTime() - begun > period.toNanos());
      table.answerAgain();
      var found = first.get(20, TimeUnit.SECONDS);
      append(2);
      assertThat(current(plans)).isSameAs(found);
    }
  }
}
