package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Termination;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Nothing is skipped in silence, and the message says what brings the pipeline back. */
class TopicTroubleIT {
  @Test
  void endsWhenTheTopicWasRecreatedAndGoesOnWhenItsOffsetsAreAccepted() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.send(0, null, record(1, "old"));
      var running = pipeline.start("pod");
      pipeline.awaitCount(1);

      pipeline.recreateTopic();
      for (var id = 0; id < 10; id++) {
        pipeline.send(0, null, record(id, "new"));
      }
      pipeline.flush();

      var end = running.end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.TopicRecreated);
      assertThat(end.get().message())
          .contains("./acequia offsets accept " + pipeline.definition().name());
      assertThat(pipeline.count()).isEqualTo(1);

      pipeline.lookUpTopicId();
      assertThat(pipeline.migrate()).isEqualTo(Termination.EXIT_CODE);
      assertThat(pipeline.termination().orElseThrow().reason())
          .isEqualTo(Termination.Reason.TopicRecreated);

      pipeline.accept(null, "earliest");
      assertThat(pipeline.migrate()).isZero();
      pipeline.start("pod");
      pipeline.awaitCount(11);
    }
  }

  @Test
  void endsWhenRetentionPassedTheStoredOffset() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 10; id++) {
        pipeline.send(0, null, record(id, "x"));
      }
      pipeline.flush();
      pipeline
          .admin()
          .deleteRecords(
              Map.of(new TopicPartition(pipeline.topic(), 0), RecordsToDelete.beforeOffset(5)))
          .all()
          .get(20, TimeUnit.SECONDS);

      var end = pipeline.start("pod").end();

      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.OffsetsLost);
      assertThat(end.get().message()).contains("up to offset 0").contains("holds 5 to 10");
      assertThat(pipeline.count()).isZero();

      pipeline.accept(0, "earliest");
      assertThat(pipeline.migrate()).isZero();
      pipeline.start("pod");
      pipeline.awaitCount(5);
    }
  }

  @Test
  void endsWhenTheStoredOffsetIsBeyondTheLog() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.send(0, null, record(1, "x"));
      pipeline.flush();
      pipeline.rows("UPDATE " + pipeline.offsetsTable() + " SET next_offset = 1000");
      var end = pipeline.start("pod").end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.OffsetsLost);
    }
  }

  @Test
  void acceptedOffsetsMayGoBackWithoutStoringAnythingTwice() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 100; id++) {
        pipeline.send(0, null, record(id, "x"));
      }
      pipeline.flush();
      var first = pipeline.start("pod");
      pipeline.awaitCount(100);
      first.stop();
      pipeline.accept(null, "50");
      assertThat(pipeline.migrate()).isZero();
      var second = pipeline.start("pod");
      TestPipeline.await()
          .until(() -> second.counter("acequia_consumer_records_total", "duplicate") == 50);
      assertThat(pipeline.count()).isEqualTo(100);
    }
  }
}
