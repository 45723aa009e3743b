package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whatever is killed, stopped or cut off: each record has its effect once. */
class FaultIT {
  private static final int RECORDS = 60_000;

  private static void fill(TestPipeline pipeline, int records) {
    for (var id = 0; id < records; id++) {
      pipeline.send(id % 4, "[" + id + "]", record(id, "name of " + id));
    }
    pipeline.flush();
  }

  private static void assertOnce(TestPipeline pipeline, int records) throws Exception {
    pipeline.awaitCount(records);
    assertThat(
            pipeline.rows("SELECT count(DISTINCT id), min(id), max(id) FROM " + pipeline.table()))
        .containsExactly(records + "|0|" + (records - 1));
  }

  private static void signal(Process process, String signal)
      throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
  }

  @Test
  void storesEachRecordOnceThoughConsumersAreKilledInMidBatch() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      // Each batch takes a while, so that it is hit.
      pipeline.rows(
          """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN IF NEW.id % 500 = 0 THEN PERFORM pg_sleep(0.02); END IF; RETURN NEW; END $$""");
      pipeline.rows(
          "CREATE TRIGGER slow BEFORE INSERT ON "
              + pipeline.table()
              + " FOR EACH ROW EXECUTE FUNCTION slow()");
      fill(pipeline, RECORDS);
      for (var round = 0; round < 3; round++) {
        var before = pipeline.count();
        var process = pipeline.startProcess("pod-" + round);
        TestPipeline.await().until(() -> inMidTransaction(pipeline) || pipeline.count() > before);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
      pipeline.start("last");
      assertOnce(pipeline, RECORDS);
    }
  }

  private static boolean inMidTransaction(TestPipeline pipeline) throws Exception {
    return !pipeline
        .rows(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
                + " AND state = 'active'")
        .isEmpty();
  }

  @Test
  void goesOnWithinSecondsThoughAZombieHoldsItsTransaction() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      pipeline.rows(
          """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN IF NEW.id = 5000 AND NEW.name <> 'go' AND current_setting('application_name') = 'zombie'
             THEN PERFORM pg_sleep(1); END IF; RETURN NEW; END $$""");
      pipeline.rows(
          "CREATE TRIGGER slow BEFORE INSERT ON "
              + pipeline.table()
              + " FOR EACH ROW EXECUTE FUNCTION slow()");
      fill(pipeline, RECORDS);
      var zombie = pipeline.startProcess("zombie");
      TestPipeline.await().until(() -> inMidTransaction(pipeline));
      signal(zombie, "STOP");
      var before = pipeline.count();

      pipeline.start("successor");
      assertOnce(pipeline, RECORDS);
      assertThat(before).isLessThan(RECORDS);

      signal(zombie, "CONT");
      TestPipeline.await()
          .until(
              () ->
                  pipeline.log("zombie").contains("overtaken")
                      || pipeline.log("zombie").contains("holding")
                      || pipeline.log("zombie").contains("lost"));
      assertOnce(pipeline, RECORDS);
    }
  }

  @Test
  void goesOnAfterTheDatabaseEndedItsSessions() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 4)) {
      var consumer = pipeline.start("pod");
      for (var round = 0; round < 5; round++) {
        fill(pipeline, RECORDS / 4);
        pipeline.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pod'"
                + " AND datname = current_database()");
      }
      assertOnce(pipeline, RECORDS / 4);
      TestPipeline.await().until(() -> consumer.health().ready().isEmpty());
    }
  }

  @Test
  void storesEachBatchOnceThoughTheAnswerToItsCommitIsLost() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      var lossy = new LossyWriter(pipeline.writer("pod"));
      var consumer = pipeline.start("pod", lossy);
      fill(pipeline, RECORDS / 4);
      assertOnce(pipeline, RECORDS / 4);
      assertThat(lossy.losses()).isPositive();
      TestPipeline.await().until(() -> consumer.health().ready().isEmpty());
    }
  }

  @Test
  void holdsWhileTheStoreIsDownAndPutsNothingAside() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var consumer = pipeline.start("pod");
      pipeline.send(0, null, record(0, "x"));
      pipeline.awaitCount(1);
      pipeline.rows("ALTER TABLE " + pipeline.table() + " RENAME TO away");
      pipeline.send(0, null, record(1, "x"));
      TestPipeline.await().until(() -> consumer.health().ready().isPresent());
      pipeline.rows("ALTER TABLE ops.away RENAME TO " + pipeline.table().substring(4));
      pipeline.awaitCount(2);
      assertThat(pipeline.deadLetters()).isEmpty();
      assertThat(consumer.health().live()).isEmpty();
    }
  }

  @Test
  void sharesPartitionsAndTakesThemOver() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      var first = pipeline.start("first");
      fill(pipeline, RECORDS / 2);
      var second = pipeline.start("second");
      TestPipeline.await().until(() -> second.health().ready().isEmpty());
      for (var id = RECORDS / 2; id < RECORDS; id++) {
        pipeline.send(id % 4, null, record(id, "x"));
      }
      first.stop();
      assertOnce(pipeline, RECORDS);
    }
  }

  @Test
  void finishesItsBatchAndLeavesTheGroupOnSigterm() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 4)) {
      fill(pipeline, 1000);
      var process = pipeline.startProcess("pod");
      pipeline.awaitCount(1000);
      process.destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(pipeline.log("pod"))
          .contains("protocol consumer", "stopping")
          .doesNotContain("ERROR");
      assertThat(
              pipeline
                  .admin()
                  .describeConsumerGroups(List.of(pipeline.topic()))
                  .describedGroups()
                  .values()
                  .iterator()
                  .next()
                  .get(10, TimeUnit.SECONDS)
                  .members())
          .isEmpty();
    }
  }

  @Test
  void waitsForTheRolloutWhenTheSchemaChanges() throws Exception {
    var id = new Field("id", FieldType.INT64, true, null);
    var name = new Field("name", FieldType.STRING, false, null);
    var before =
        new Schema(
            List.of("id"),
            List.of(id, name, new Field("amount", FieldType.INT32, false, null)),
            UnknownFields.REJECT);
    try (var pipeline = TestPipeline.ready(before, LoadMode.APPEND, 2)) {
      var old = pipeline.start("old");
      pipeline.send(0, null, record(1, "old"));
      pipeline.awaitCount(1);

      pipeline.use(
          new Schema(
              List.of("id"),
              List.of(
                  id,
                  name,
                  new Field("amount", FieldType.DECIMAL, false, null),
                  new Field("more", FieldType.STRING, false, null)),
              UnknownFields.REJECT));
      assertThat(pipeline.migrate()).isZero();
      pipeline.send(0, null, record(2, "both"));
      TestPipeline.await().until(() -> old.health().ready().orElse("").contains("schema"));
      // A successful probe does not clear a refused claim.
      TestPipeline.await()
          .pollInterval(Duration.ofMillis(10))
          .during(Duration.ofSeconds(8))
          .until(() -> old.health().ready().isPresent());
      assertThat(old.gauge("acequia_consumer_standstill_seconds")).isGreaterThan(7);
      assertThat(old.gauge("acequia_consumer_partitions")).isEqualTo(2);
      assertThat(old.isRunning()).isTrue();
      assertThat(pipeline.count()).isEqualTo(1);

      pipeline.start("new");
      old.stop();
      pipeline.send(1, null, "{\"id\":3,\"more\":\"new\"}");
      pipeline.awaitCount(3);
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }
}
