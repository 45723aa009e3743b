package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineMetric;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Offsets without a record are passed, and are no lag. */
class LagIT {
  private static final String LAG = PipelineMetric.CONSUMER_LAG.exposedName();

  private static KafkaProducer<String, String> producer(Map<String, Object> more) {
    var settings = new java.util.HashMap<String, Object>(more);
    settings.put("bootstrap.servers", Servers.kafka().bootstrapServers());
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  private static void awaitEnd(TestPipeline pipeline, TestPipeline.Running consumer, long end) {
    TestPipeline.await()
        .untilAsserted(
            () -> {
              assertThat(pipeline.rows("SELECT next_offset FROM " + pipeline.offsetsTable()))
                  .containsExactly(Long.toString(end));
              assertThat(pipeline.committedToKafka(0)).isEqualTo(end);
              assertThat(consumer.gauge(LAG)).isZero();
            });
  }

  @Test
  void passesOverMarkersAndAbortedRecordsAtTheEndOfTheLog() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1);
        var producer = producer(Map.of("transactional.id", pipeline.topic()))) {
      producer.initTransactions();
      var consumer = pipeline.start("pod");
      var end = 0L;
      for (var round = 0; round < 3; round++) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(pipeline.topic(), 0, null, record(round, "stays")));
        producer.commitTransaction();
        end += 2;
        awaitEnd(pipeline, consumer, end);

        producer.beginTransaction();
        for (var id = 0; id < 5; id++) {
          producer.send(new ProducerRecord<>(pipeline.topic(), 0, null, record(id, "goes")));
        }
        producer.flush();
        producer.abortTransaction();
        end += 6;
        awaitEnd(pipeline, consumer, end);
      }
      assertThat(pipeline.rows("SELECT id, name FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("0|stays", "1|stays", "2|stays");
    }
  }

  /** The client sees no lag, since it may not read them. */
  @Test
  void countsRecordsBehindATransactionThatStaysOpen() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1);
        var producer = producer(Map.of("transactional.id", pipeline.topic()))) {
      producer.initTransactions();
      var consumer = pipeline.start("pod");
      pipeline.send(0, null, record(1, "before"));
      pipeline.awaitCount(1);
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(pipeline.topic(), 0, null, record(2, "open")));
      producer.flush();
      pipeline.send(0, null, record(3, "behind it"));
      pipeline.flush();
      TestPipeline.await().until(() -> consumer.gauge(LAG) == 2);

      producer.commitTransaction();
      pipeline.awaitCount(3);
      awaitEnd(pipeline, consumer, 4);
    }
  }

  @Test
  void passesOverTheGapsOfACompactedTopic() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      pipeline.configure(
          Map.of(
              "cleanup.policy", "compact",
              "min.cleanable.dirty.ratio", "0.01",
              "segment.ms", "100",
              "max.compaction.lag.ms", "100"));
      for (var round = 0; round < 20; round++) {
        for (var id = 0; id < 10; id++) {
          pipeline.send(0, "[" + id + "]", record(id, "round " + round));
        }
        pipeline.flush();
      }
      // A segment is compacted when there is a newer one.
      var sent = new java.util.concurrent.atomic.AtomicLong(200);
      TestPipeline.await()
          .until(
              () -> {
                pipeline.send(0, "[99]", record(99, "last"));
                pipeline.flush();
                sent.incrementAndGet();
                return pipeline.records().size() < 100;
              });
      var consumer = pipeline.start("pod");
      awaitEnd(pipeline, consumer, sent.get());
      assertThat(
              pipeline.rows(
                  "SELECT name, count(*) FROM " + pipeline.table() + " GROUP BY 1 ORDER BY 1"))
          .containsExactly("last|1", "round 19|10");
    }
  }
}
