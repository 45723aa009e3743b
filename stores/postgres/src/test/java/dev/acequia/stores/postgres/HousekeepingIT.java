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
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HousekeepingIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(List.of("id"), new Field("id", FieldType.INT64, true, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
  private static final String DELETIONS = "ops._acequia_deleted_flights";
  private static final String MARKS = "ops._acequia_idempotency_flights";

  /** No step's pause is as long, and the one after a lap is longer. */
  private static final Duration STEPS_PAUSE = Duration.ofMinutes(1);

  private final Warehouse warehouse = Warehouse.create();

  private PipelineDefinition migrated(LoadMode mode) throws Exception {
    var definition = definition(SCHEMA, mode, TOPIC, 2, null);
    StoreMigration.open(definition, warehouse.migrationEnvironment()).migrate(log(TOPIC, 2, 0, 9));
    return definition;
  }

  private List<StoreHousekeeping> parts(PipelineDefinition definition) {
    var environment = new HashMap<>(warehouse.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P40D");
    return StoreHousekeeping.open(definition, environment);
  }

  /** Works until nothing is due, and answers how many steps that took. */
  private static int lap(StoreHousekeeping part) throws StoreUnavailableException {
    var steps = 1;
    while (part.work().compareTo(STEPS_PAUSE) < 0) {
      steps++;
    }
    return steps;
  }

  private void addMarks(int count, String age) throws Exception {
    warehouse.asSuperuser(
        "INSERT INTO "
            + MARKS
            + " (key, index, generation, partition, \"offset\", seen_at)"
            + " SELECT gen_random_uuid(), i, 1, 0, i, now() - interval '"
            + age
            + "' FROM generate_series(1, "
            + count
            + ") i");
  }

  @Test
  void removesOldMarksInManyStepsAndNoOthers() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    addMarks(50_000, "25 hours");
    addMarks(10, "23 hours");
    addMarks(50_000, "25 hours");
    try (var marks = parts(definition).getFirst()) {
      assertThat(lap(marks)).isGreaterThan(3);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("10");
      // What gets old later goes in a later lap.
      warehouse.asSuperuser("UPDATE " + MARKS + " SET seen_at = seen_at - interval '2 hours'");
      lap(marks);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("0");
    }
  }

  @Test
  void holdsNoBatchUpWhenOldMarksCannotBeRemoved() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    addMarks(1, "25 hours");
    try (var other = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = other.createStatement();
        var writer = StoreWriter.open(definition, warehouse.writerEnvironment("pod"));
        var marks = parts(definition).getFirst()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE " + MARKS + " IN SHARE MODE");

      var claim = writer.claim(0).orElseThrow();
      var began = System.nanoTime();
      assertThat(
              writer.write(
                  writer.newBatch(),
                  List.of(new PartitionAdvance(0, claim.fence(), 0, 1, null)),
                  OPEN))
          .isInstanceOf(WriteResult.Stored.class);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      assertThatThrownBy(marks::work).isInstanceOf(StoreUnavailableException.class);

      other.rollback();
      lap(marks);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("0");
    }
  }

  /** A batch locks the old marks that it replaces. */
  @Test
  void skipsOldMarksThatABatchHasLocked() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    addMarks(10, "25 hours");
    try (var batch = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = batch.createStatement();
        var marks = parts(definition).getFirst()) {
      batch.setAutoCommit(false);
      statement.execute("SELECT FROM " + MARKS + " LIMIT 1 FOR UPDATE");
      lap(marks);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("1");
      batch.rollback();
      lap(marks);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("0");
    }
  }

  @Test
  void walksThroughATableInOneSessionAtATime() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    addMarks(50_000, "25 hours");
    try (var first = parts(definition).getFirst();
        var second = parts(definition).getFirst()) {
      assertThat(first.work()).isLessThan(STEPS_PAUSE);
      var left = warehouse.rows("SELECT count(*) FROM " + MARKS);
      assertThat(second.work()).isGreaterThan(STEPS_PAUSE);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).isEqualTo(left);
      first.close();
      lap(second);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("0");
    }
  }

  @Test
  void goesOnWhereItWasAfterItsSessionWasEnded() throws Exception {
    var definition = migrated(LoadMode.APPEND);
    addMarks(50_000, "25 hours");
    try (var marks = parts(definition).getFirst()) {
      marks.work();
      warehouse.asSuperuser(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
              + warehouse.writer()
              + "'");
      assertThatThrownBy(marks::work).isInstanceOf(StoreUnavailableException.class);
      lap(marks);
      assertThat(warehouse.rows("SELECT count(*) FROM " + MARKS)).containsExactly("0");
    }
  }

  private void addDeletions(long from, long to, int partition, String age) throws Exception {
    warehouse.asSuperuser(
        "INSERT INTO "
            + DELETIONS
            + " (id, _generation, _partition, _offset, deleted_at) SELECT i, 1, "
            + partition
            + ", i, now() - interval '"
            + age
            + "' FROM generate_series("
            + from
            + ", "
            + to
            + ") i");
  }

  private List<String> forgottenBefore() throws Exception {
    return warehouse.rows(
        "SELECT forgotten_before FROM ops._acequia_generations_flights ORDER BY partition");
  }

  @Test
  void saysInTheLedgerUpToWhereItForgetsDeletions() throws Exception {
    var definition = migrated(LoadMode.UPSERT);
    addDeletions(1, 30_000, 0, "41 days");
    addDeletions(30_001, 30_010, 0, "39 days");
    addDeletions(40_001, 40_020, 1, "41 days");
    try (var deletions = parts(definition).getLast()) {
      lap(deletions);
      assertThat(warehouse.rows("SELECT count(*), min(id) FROM " + DELETIONS))
          .containsExactly("10|30001");
      assertThat(forgottenBefore()).containsExactly("30001", "40021");
    }
  }

  @Test
  void forgetsNoDeletionThatABatchHasLockedOrWhoseLedgerItReads() throws Exception {
    var definition = migrated(LoadMode.UPSERT);
    addDeletions(1, 2, 0, "41 days");
    try (var other = warehouse.connect(warehouse.writer(), Warehouse.WRITER_PASSWORD);
        var statement = other.createStatement();
        var deletions = parts(definition).getLast()) {
      other.setAutoCommit(false);
      statement.execute(
          "UPDATE " + DELETIONS + " SET _offset = 9, deleted_at = now() WHERE id = 1");
      lap(deletions);
      assertThat(warehouse.rows("SELECT id FROM " + DELETIONS)).containsExactly("1");
      other.commit();
      lap(deletions);
      assertThat(warehouse.rows("SELECT id, _offset FROM " + DELETIONS)).containsExactly("1|9");

      addDeletions(3, 3, 0, "41 days");
      statement.execute("SELECT FROM ops._acequia_generations_flights FOR SHARE");
      assertThatThrownBy(() -> lap(deletions)).isInstanceOf(StoreUnavailableException.class);
      assertThat(warehouse.rows("SELECT id FROM " + DELETIONS + " ORDER BY id"))
          .containsExactly("1", "3");
      other.rollback();
      lap(deletions);
      assertThat(warehouse.rows("SELECT id FROM " + DELETIONS)).containsExactly("1");
    }
  }

  @Test
  void forgetsNoDeletionWhereNobodySaysForHowLong() throws Exception {
    var definition = migrated(LoadMode.UPSERT);
    assertThat(StoreHousekeeping.open(definition, warehouse.writerEnvironment("pod")))
        .extracting(StoreHousekeeping::subject)
        .containsExactly("\"ops\".\"_acequia_idempotency_flights\"");
  }
}
