package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.ReplayMark;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.record.RecordHeader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Consumers read again what they are told to, once, and the table is as it was. */
class ReplayIT {
  private static final int PARTITIONS = 3;
  private static final int RECORDS = 9_000;
  private static final String COUNTER = "acequia_consumer_records_total";

  private static ReplayOrder order(
      TestPipeline pipeline, Map<Integer, Long> from, Map<Integer, Long> to) {
    return new ReplayOrder(
        UUID.randomUUID().toString(), null, pipeline.definition().topic().id(), false, from, to);
  }

  private static ReplayOrder everything(TestPipeline pipeline) {
    var from = new HashMap<Integer, Long>();
    for (var partition = 0; partition < PARTITIONS; partition++) {
      from.put(partition, 0L);
    }
    return order(pipeline, from, Map.of());
  }

  /** Keys come again and again, and one in ten is deleted at times. */
  private static void fill(TestPipeline pipeline, LoadMode mode) {
    for (var i = 0; i < RECORDS; i++) {
      var id = mode == LoadMode.UPSERT ? i % 1_200 : i;
      pipeline.send(
          id % PARTITIONS,
          "[" + id + "]",
          mode == LoadMode.UPSERT && i % 10 == i / 1_200 ? null : record(id, "n" + i));
    }
    pipeline.awaitTaken();
  }

  private static void awaitEnd(TestPipeline pipeline, ReplayOrder order) {
    for (var partition : order.from().keySet()) {
      TestPipeline.await()
          .until(
              () ->
                  pipeline
                      .mark(partition)
                      .filter(mark -> mark.id().equals(order.id()))
                      .filter(mark -> committed(pipeline, partition) >= mark.until())
                      .isPresent());
    }
  }

  private static long committed(TestPipeline pipeline, int partition) {
    try {
      return pipeline.committedToKafka(partition);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> offsets(TestPipeline pipeline) throws Exception {
    return pipeline.rows(
        "SELECT next_offset FROM " + pipeline.offsetsTable() + " ORDER BY partition");
  }

  private static String replays(TestPipeline pipeline) {
    return pipeline.offsetsTable().replace("offsets", "replays");
  }

  @Test
  void leavesTheTableAsItIsAndBringsBackWhatWasDeletedByHand() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, PARTITIONS)) {
        var first = pipeline.start("first");
        fill(pipeline, mode);
        first.stop();
        var before = pipeline.checksum();
        var offsets = offsets(pipeline);
        pipeline.rows("DELETE FROM " + pipeline.table() + " WHERE id % 7 = 3");
        assertThat(pipeline.checksum()).isNotEqualTo(before);

        var order = everything(pipeline);
        pipeline.order(order);
        var second = pipeline.start("second");
        awaitEnd(pipeline, order);
        assertThat(pipeline.checksum()).as(mode.toString()).isEqualTo(before);
        assertThat(offsets(pipeline)).isEqualTo(offsets);
        assertThat(pipeline.mark(1))
            .contains(
                new ReplayMark(
                    order.id(), 0, Long.parseLong(offsets.get(1)), Long.parseLong(offsets.get(1))));
        // What was replayed was queryable long ago, and nothing of it is waiting.
        assertThat(second.observations("acequia_freshness_seconds")).isZero();
        TestPipeline.await().until(() -> second.gauge("acequia_consumer_lag_records") == 0);
        second.stop();

        // The order stays in the Pod template, and has been carried out.
        var third = pipeline.start("third");
        pipeline.send(0, "[9999999]", record(9_999_999, "new"));
        pipeline.awaitTaken();
        TestPipeline.await().until(() -> third.counter(COUNTER, "stored") == 1);
        assertThat(third.counter(COUNTER, "duplicate")).isZero();
        TestPipeline.await().until(() -> third.observations("acequia_freshness_seconds") == 1);
      }
    }
  }

  @Test
  void endsWhereItIsToldAndJumpsBackOverWhatIsStored() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, PARTITIONS)) {
      var first = pipeline.start("first");
      fill(pipeline, LoadMode.APPEND);
      first.stop();
      var before = pipeline.checksum();
      pipeline.rows(
          "DELETE FROM "
              + pipeline.table()
              + " WHERE _partition = 1 AND _offset BETWEEN 500 AND 509");

      var order = order(pipeline, Map.of(1, 100L, 2, 2_900L), Map.of(1, 700L, 2, 2_950L));
      pipeline.order(order);
      var second = pipeline.start("second");
      awaitEnd(pipeline, order);
      pipeline.send(0, null, record(RECORDS, "new"));
      pipeline.send(1, null, record(RECORDS + 1, "new"));
      pipeline.awaitTaken();

      TestPipeline.await().until(() -> second.counter(COUNTER, "stored") == 12);
      assertThat(second.counter(COUNTER, "duplicate")).isEqualTo(590 + 50);
      pipeline.rows("DELETE FROM " + pipeline.table() + " WHERE id >= " + RECORDS);
      assertThat(pipeline.checksum()).isEqualTo(before);
    }
  }

  @Test
  void isCarriedOutOnceThoughConsumersAreKilled() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, PARTITIONS)) {
        var first = pipeline.start("first");
        fill(pipeline, mode);
        first.stop();
        var before = pipeline.checksum();
        pipeline.rows("DELETE FROM " + pipeline.table() + " WHERE id % 5 = 0");
        // Each batch takes a while, so that it is hit.
        pipeline.rows(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN IF NEW.id % 50 = 0 THEN PERFORM pg_sleep(0.01); END IF; RETURN NEW; END $$""");
        pipeline.rows(
            "CREATE TRIGGER slow BEFORE INSERT ON "
                + pipeline.table()
                + " FOR EACH ROW EXECUTE FUNCTION slow()");
        var order = everything(pipeline);
        pipeline.order(order);
        for (var kill = 0; kill < 3; kill++) {
          var process = pipeline.startProcess(mode + "-" + kill);
          TestPipeline.await()
              .until(
                  () ->
                      !pipeline
                          .rows(
                              "SELECT FROM pg_stat_activity WHERE datname = current_database()"
                                  + " AND wait_event = 'PgSleep'")
                          .isEmpty());
          process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        pipeline.start("last");
        awaitEnd(pipeline, order);
        assertThat(pipeline.checksum()).as(mode.toString()).isEqualTo(before);
        assertThat(pipeline.rows("SELECT count(*) FROM " + replays(pipeline)))
            .containsExactly(Integer.toString(PARTITIONS));
      }
    }
  }

  @Test
  void goesBackToWhereItWasWhenItIsCancelled() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, PARTITIONS)) {
      var first = pipeline.start("first");
      fill(pipeline, LoadMode.APPEND);
      first.stop();
      var before = pipeline.checksum();
      var offsets = offsets(pipeline);
      pipeline.rows(
          """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$""");
      pipeline.rows(
          "CREATE TRIGGER slow BEFORE INSERT ON "
              + pipeline.table()
              + " FOR EACH ROW EXECUTE FUNCTION slow()");
      var order = everything(pipeline);
      pipeline.order(order);
      var process = pipeline.startProcess("second");
      TestPipeline.await().until(() -> !offsets(pipeline).equals(offsets));
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      assertThat(offsets(pipeline)).isNotEqualTo(offsets);

      pipeline.order(order.cancel());
      pipeline.start("third");
      TestPipeline.await().until(() -> offsets(pipeline).equals(offsets));
      assertThat(pipeline.checksum()).isEqualTo(before);
    }
  }

  @Test
  void dropsTheRepeatsThatWereDroppedAndNoOthers() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, PARTITIONS)) {
        var first = pipeline.start("first");
        for (var round = 0; round < 2; round++) {
          for (var id = 0; id < 300; id++) {
            // The repeat of a request goes to the same partition where records have keys.
            var partition = mode == LoadMode.UPSERT ? id % PARTITIONS : (id + round) % PARTITIONS;
            pipeline.send(
                partition,
                "[" + id + "]",
                record(id, "request"),
                header(RecordHeader.IDEMPOTENCY_KEY, "k"),
                header(RecordHeader.IDEMPOTENCY_INDEX, Integer.toString(id)));
            if (round == 0) {
              pipeline.send(partition, "[" + id + "]", record(id, "a later change"));
            }
          }
          pipeline.awaitTaken();
        }
        first.stop();
        var before = pipeline.checksum();
        assertThat(before).startsWith(mode == LoadMode.UPSERT ? "300|" : "600|");
        pipeline.rows("DELETE FROM " + pipeline.offsetsTable().replace("offsets", "idempotency"));

        // From where the repeats begin, so that what they repeat is not read.
        var order = order(pipeline, Map.of(0, 200L, 1, 200L, 2, 200L), Map.of());
        pipeline.order(order);
        pipeline.start("second");
        awaitEnd(pipeline, order);
        assertThat(pipeline.checksum()).as(mode.toString()).isEqualTo(before);
      }
    }
  }

  @Test
  void isNotStoppedByDeadLettersThatItMeetsAgain() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.allowDeadLetters(1);
      var first = pipeline.start("first");
      for (var id = 0; id < 3_000; id++) {
        pipeline.send(0, null, id % 5 == 0 ? "{\"ident\":1}" : record(id, "x"));
      }
      pipeline.awaitTaken();
      first.stop();
      var before = pipeline.checksum();

      pipeline.allowDeadLetters(.05);
      var order = order(pipeline, Map.of(0, 0L), Map.of());
      pipeline.order(order);
      var second = pipeline.start("second");
      awaitEnd(pipeline, order);
      assertThat(second.isRunning()).isTrue();
      assertThat(pipeline.checksum()).isEqualTo(before);
      assertThat(pipeline.deadLetters()).hasSize(1_200);
    }
  }

  @Test
  void goesOnWithWhatRetentionHasLeft() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var first = pipeline.start("first");
      for (var id = 0; id < 3_000; id++) {
        pipeline.send(0, null, record(id, "x"));
      }
      pipeline.awaitTaken();
      first.stop();
      var before = pipeline.checksum();
      var order = order(pipeline, Map.of(0, 0L), Map.of(0, 2_500L));
      pipeline.order(order);
      pipeline.rows(
          """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$""");
      pipeline.rows(
          "CREATE TRIGGER slow BEFORE INSERT ON "
              + pipeline.table()
              + " FOR EACH ROW EXECUTE FUNCTION slow()");
      var process = pipeline.startProcess("second");
      TestPipeline.await().until(() -> pipeline.mark(0).isPresent());
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      pipeline.rows("DROP TRIGGER slow ON " + pipeline.table());
      var topic = new TopicPartition(pipeline.topic(), 0);
      pipeline
          .admin()
          .deleteRecords(Map.of(topic, RecordsToDelete.beforeOffset(2_600)))
          .all()
          .get(20, TimeUnit.SECONDS);

      var third = pipeline.start("third");
      awaitEnd(pipeline, order);
      pipeline.send(0, null, record(3_000, "new"));
      pipeline.awaitTaken();
      assertThat(third.isRunning()).isTrue();
      pipeline.rows("DELETE FROM " + pipeline.table() + " WHERE id = 3000");
      assertThat(pipeline.checksum()).isEqualTo(before);
    }
  }
}
