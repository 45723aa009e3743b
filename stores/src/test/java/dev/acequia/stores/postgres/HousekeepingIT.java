package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.postgres.Warehouse.log;
import static dev.acequia.stores.postgres.Warehouse.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HousekeepingIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(List.of("id"), new Field("id", FieldType.INT64, true, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};
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
    return StoreHousekeeping.open(definition, warehouse.writerEnvironment("pod"));
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
            + " SELECT gen_random_uuid(), i, '"
            + TOPIC
            + "', 0, i, now() - interval '"
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
      statement.execute("SELECT FROM " + MARKS + " FOR UPDATE");

      var claim = writer.claim(0).orElseThrow();
      var began = System.nanoTime();
      assertThat(
              writer.write(
                  writer.newBatch(), List.of(new PartitionAdvance(0, claim.fence(), 0, 1)), OPEN))
          .isInstanceOf(WriteResult.Stored.class);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
      assertThatThrownBy(marks::work).isInstanceOf(StoreUnavailableException.class);

      other.rollback();
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
}
