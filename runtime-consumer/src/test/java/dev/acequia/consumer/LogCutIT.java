package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * A broker that lost the end of its log, as by a lost disk: while it is down, the last records are
 * cut from its files. When it has grown again, only the leaders' epochs tell.
 */
class LogCutIT {
  private static final Schema MENDED =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null),
              new Field("gate", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  private final Path folder = Ephemeral.folder("log-cut-it");

  /** Keeps the first records of a partition, each of which was sent by itself. */
  private void cut(String topic, int kept) throws IOException {
    var log =
        Files.walk(folder)
            .filter(path -> path.endsWith(Path.of(topic + "-0", "00000000000000000000.log")))
            .findFirst()
            .orElseThrow();
    int size;
    try (var records = FileRecords.open(log.toFile(), false)) {
      var end = 0;
      var batches = records.batches().iterator();
      for (var i = 0; i < kept; i++) {
        var batch = batches.next();
        assertThat(batch.lastOffset()).isEqualTo(i);
        end += batch.sizeInBytes();
      }
      assertThat(batches).hasNext();
      size = end;
    }
    try (var channel = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
    try (var files = Files.list(log.getParent())) {
      for (var file : files.toList()) {
        if (file.toString().matches(".*\\.(index|timeindex|snapshot)")) {
          Files.delete(file);
        }
      }
    }
  }

  /** With a producer of its own: the one before knows what the broker has lost. */
  private static void send(KafkaServer kafka, String topic, String... values) {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (var value : values) {
        producer.send(new ProducerRecord<>(topic, 0, null, value.getBytes(StandardCharsets.UTF_8)));
        producer.flush();
      }
    }
  }

  @Test
  void noticesAnotherLogAfterARestartAndLosesNothingOnTheWayOut() throws Exception {
    var kafka = KafkaServer.start(folder);
    try (var append = TestPipeline.ready(kafka, LoadIT.SCHEMA, LoadMode.APPEND, 1);
        var upsert = TestPipeline.ready(kafka, LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      var pipelines = List.of(append, upsert);
      for (var pipeline : pipelines) {
        send(
            kafka,
            pipeline.topic(),
            record(0, "old"),
            record(1, "old"),
            record(2, "old"),
            "{\"id\":3,\"gate\":\"B3\"}");
        var consumer = pipeline.start("before");
        pipeline.awaitTaken();
        consumer.stop();
        assertThat(
                pipeline
                    .admin()
                    .listConsumerGroupOffsets(pipeline.topic())
                    .partitionsToOffsetAndMetadata()
                    .get(20, TimeUnit.SECONDS)
                    .values())
            .extracting(OffsetAndMetadata::leaderEpoch)
            .hasSize(1)
            .allMatch(Optional::isPresent); // a broker that paused has led more than once
        assertThat(pipeline.count()).isEqualTo(3);
      }
      var letter = append.deadLetters().getFirst();
      assertThat(
              new String(
                  letter.headers().lastHeader(RecordHeader.SOURCE_GENERATION.key()).value(),
                  StandardCharsets.UTF_8))
          .isEqualTo("1");

      kafka.stop();
      for (var pipeline : pipelines) {
        cut(pipeline.topic(), 2);
      }
      kafka = KafkaServer.start(folder);
      for (var pipeline : pipelines) {
        send(
            kafka,
            pipeline.topic(),
            record(2, "new"),
            record(3, "new"),
            record(4, "new"),
            record(5, "new"),
            record(6, "new"));
        for (var pod : List.of("after", "once more")) {
          var end = pipeline.start(pod).end();
          assertThat(end).isPresent();
          assertThat(end.get().reason()).isEqualTo(Termination.Reason.OffsetsLost);
          assertThat(end.get().message())
              .contains("from offset 2 to 3 are gone")
              .contains("--partition 0 --to 2");
        }
        assertThat(pipeline.count()).isEqualTo(3);

        pipeline.use(MENDED);
        pipeline.accept(0, "1"); // further back than need be
        assertThat(pipeline.migrate()).isZero();
        pipeline.start("accepted");
        pipeline.awaitTaken();
      }
      assertThat(names(append))
          .containsExactly(
              "0|1|old", "1|1|old", "2|1|old", "2|2|new", "3|2|new", "4|2|new", "5|2|new",
              "6|2|new");
      assertThat(names(upsert))
          .containsExactly(
              "0|1|old", "1|1|old", "2|2|new", "3|2|new", "4|2|new", "5|2|new", "6|2|new");

      // A dead letter of what was lost has the offset of a new record, and is another one.
      append.redrive(letter);
      append.redrive(letter);
      append.awaitTaken();
      assertThat(
              append.rows(
                  "SELECT id, gate, _generation FROM "
                      + append.table()
                      + " WHERE _offset = 3 ORDER BY _generation"))
          .containsExactly("3|B3|1", "3|null|2");
      // For upsert it is older than what came after the cut.
      upsert.redrive(upsert.deadLetters().getFirst());
      upsert.awaitTaken();
      assertThat(names(upsert)).contains("3|2|new");
    } finally {
      kafka.stop();
    }
  }

  /** A log that is cut after its offsets were accepted, and before anything was read from there. */
  @Test
  void noticesACutThoughNothingWasReadSinceAnOffsetWasAccepted() throws Exception {
    var kafka = KafkaServer.start(folder);
    try (var pipeline = TestPipeline.ready(kafka, LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 4; id++) {
        send(kafka, pipeline.topic(), record(id, "old"));
      }
      pipeline.accept(null, "latest");
      assertThat(pipeline.migrate()).isZero();

      kafka.stop();
      cut(pipeline.topic(), 2);
      kafka = KafkaServer.start(folder);
      for (var id = 2; id < 7; id++) {
        send(kafka, pipeline.topic(), record(id, "new"));
      }
      var end = pipeline.start("pod").end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.OffsetsLost);
      assertThat(end.get().message()).contains("from offset 2 to 3 are gone");
      assertThat(pipeline.count()).isZero();
    } finally {
      kafka.stop();
    }
  }

  private static List<String> names(TestPipeline pipeline) throws Exception {
    return pipeline.rows(
        "SELECT id, _generation, name FROM " + pipeline.table() + " ORDER BY id, _generation");
  }
}
