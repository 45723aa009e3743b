package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Termination;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The order of things in the load: see docs/load-protocol.md. */
class LoadProtocolIT {
  @Test
  void usesTheStoreOnItsOwnThreadAlone() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 2)) {
      var writer = new WatchedWriter(pipeline.writer("pod"));
      pipeline.start("pod", writer);
      pipeline.send(0, null, record(1, "x"));
      pipeline.awaitCount(1);
      // Assigned and revoked, claimed and written.
      var second = pipeline.start("second");
      TestPipeline.await().until(() -> second.health().ready().isEmpty());
      second.stop();
      pipeline.send(1, null, record(2, "x"));
      pipeline.awaitCount(2);
      assertThat(writer.threads()).containsExactly("store");
    }
  }

  @Test
  void readsFromWhereTheStoreIsWhateverKafkaSays() throws Exception {
    for (var told : new long[] {10, 70}) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
        var first = pipeline.start("first");
        for (var id = 0; id < 40; id++) {
          pipeline.send(0, null, record(id, "x"));
        }
        pipeline.awaitCount(40);
        first.stop();
        for (var id = 40; id < 100; id++) {
          pipeline.send(0, null, record(id, "x"));
        }
        pipeline.flush();
        pipeline
            .admin()
            .alterConsumerGroupOffsets(
                pipeline.topic(),
                Map.of(new TopicPartition(pipeline.topic(), 0), new OffsetAndMetadata(told)))
            .all()
            .get(20, TimeUnit.SECONDS);
        var second = pipeline.start("second");
        pipeline.awaitCount(100);
        TestPipeline.await().until(() -> pipeline.committedToKafka(0) == 100);
        assertThat(second.counter("acequia_consumer_records_total", "stored")).isEqualTo(60);
        assertThat(second.counter("acequia_consumer_records_total", "duplicate")).isZero();
      }
    }
  }

  @Test
  void tellsKafkaNothingThatIsNotStored() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var written = new Semaphore(0);
      var mayCommit = new Semaphore(0);
      pipeline.start(
          "pod",
          new WatchedWriter(pipeline.writer("pod")) {
            @Override
            void beforeCommit() throws Exception {
              written.release();
              mayCommit.tryAcquire(60, TimeUnit.SECONDS);
            }
          });
      TestPipeline.await().until(() -> pipeline.committedToKafka(0) == 0);
      pipeline.send(0, null, record(1, "x"));
      pipeline.flush();
      assertThat(written.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      // Read while the first batch waits, so that the position is beyond what is stored.
      pipeline.send(0, null, record(2, "x"));
      pipeline.flush();
      staysCommitted(pipeline, 0);
      mayCommit.release();
      assertThat(written.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      TestPipeline.await().until(() -> pipeline.committedToKafka(0) > 0);
      staysCommitted(pipeline, 1);
      mayCommit.release();
      TestPipeline.await().until(() -> pipeline.committedToKafka(0) == 2);
    }
  }

  /** In the time that a commit that comes too early would need. */
  private static void staysCommitted(TestPipeline pipeline, long offset) {
    TestPipeline.await()
        .during(Duration.ofSeconds(1))
        .until(() -> pipeline.committedToKafka(0) == offset);
  }

  @Test
  void commitsNothingWhoseDeadLettersAreNotAcknowledged() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
        pipeline.rows(
            "ALTER TABLE " + pipeline.table() + " ADD CONSTRAINT not_that CHECK (id <> 666)");
        pipeline.deleteDeadLetterTopic();
        pipeline.send(0, "[1]", record(1, "x"));
        if (mode == LoadMode.APPEND) {
          pipeline.send(0, "[2]", "{\"ident\":1}");
        } else {
          pipeline.send(0, "[666]", record(666, "x"));
        }
        pipeline.flush();
        var consumer = pipeline.start("pod");
        TestPipeline.await()
            .until(() -> consumer.health().ready().orElse("").contains(pipeline.topic() + ".dlq"));
        assertThat(pipeline.count()).isZero();
        pipeline.createDeadLetterTopic();
        pipeline.awaitCount(1);
        assertThat(pipeline.deadLetters()).hasSize(1);
      }
    }
  }

  @Test
  void goesOnAfterALateClaimTookItsFence() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 2)) {
      var consumer = pipeline.start("pod");
      for (var id = 0; id < 10; id++) {
        pipeline.rows("UPDATE " + pipeline.offsetsTable() + " SET fence = fence + 1");
        pipeline.send(id % 2, null, record(id, "x"));
        pipeline.awaitCount(id + 1);
      }
      assertThat(consumer.isRunning()).isTrue();
      assertThat(pipeline.rows("SELECT count(DISTINCT id) FROM " + pipeline.table()))
          .containsExactly("10");
    }
  }

  /** A batch of the old topic may land; of the new one nothing may, though its offsets fit. */
  @Test
  void storesNothingOfATopicThatWasMadeAnewInMidBatch() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var batches = new AtomicInteger();
      var running =
          pipeline.start(
              "pod",
              new WatchedWriter(pipeline.writer("pod")) {
                @Override
                void beforeWrite() throws Exception {
                  // By now the next batch is being read.
                  if (batches.incrementAndGet() == 2) {
                    pipeline.recreateTopic();
                    for (var id = 10; id < 20; id++) {
                      pipeline.send(0, null, record(id, "new"));
                    }
                    pipeline.flush();
                  }
                }
              });
      pipeline.send(0, null, record(1, "old"));
      pipeline.awaitCount(1);
      pipeline.send(0, null, record(2, "old"));
      var end = running.end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.TopicRecreated);
      assertThat(pipeline.rows("SELECT id FROM " + pipeline.table() + " WHERE name = 'new'"))
          .isEmpty();
      assertThat(pipeline.rows("SELECT next_offset FROM " + pipeline.offsetsTable()))
          .containsExactly(Long.toString(pipeline.count()));
    }
  }

  @Test
  void waitsForTheMigrationOfANewPartition() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var consumer = pipeline.start("pod");
      pipeline
          .admin()
          .createPartitions(Map.of(pipeline.topic(), NewPartitions.increaseTo(2)))
          .all()
          .get(20, TimeUnit.SECONDS);
      pipeline.send(0, null, record(1, "old partition"));
      pipeline.awaitCount(1);
      var second = pipeline.start("second"); // which knows the new partition at once
      TestPipeline.await()
          .until(
              () ->
                  consumer.health().ready().orElse("").contains("partition 1")
                      || second.health().ready().orElse("").contains("partition 1"));
      pipeline.sendToNewPartition(1, record(2, "new partition"));
      assertThat(pipeline.migrate()).isZero();
      pipeline.awaitCount(2);
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  @Test
  void holdsWhileTheDatabaseIsReadOnly() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      var consumer = pipeline.start("pod");
      pipeline.send(0, "[1]", record(1, "x"));
      pipeline.awaitCount(1);
      pipeline.makeReadOnly(true);
      pipeline.send(0, "[2]", record(2, "x"));
      TestPipeline.await().until(() -> consumer.health().ready().orElse("").contains("read-only"));
      pipeline.makeReadOnly(false);
      pipeline.awaitCount(2);
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }
}
