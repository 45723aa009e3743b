package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Termination;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** One bad record never stops or sinks its batch. */
class DeadLetterIT {
  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    var found = new HashMap<String, String>();
    record
        .headers()
        .forEach(one -> found.put(one.key(), new String(one.value(), StandardCharsets.UTF_8)));
    return found;
  }

  @Test
  void putsBadRecordsAsideByteForByteWhileTheRestLands() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.send(0, null, record(1, "good"));
      pipeline.send(0, "a key", "{\"id\":\"x\"}", header(RecordHeader.IDEMPOTENCY_KEY, "k"));
      byte[] soup = {'{', (byte) 0xff, 0, 1, (byte) 0x80, '}'};
      pipeline.sendBytes(0, soup);
      pipeline.send(0, "only a key", null);
      pipeline.send(0, null, record(2, "good"));
      var consumer = pipeline.start("pod");
      pipeline.awaitCount(2);
      TestPipeline.await().until(() -> pipeline.deadLetters().size() == 3);

      var letters = pipeline.deadLetters();
      assertThat(letters.get(0).key()).isEqualTo("a key".getBytes(StandardCharsets.UTF_8));
      assertThat(letters.get(0).value())
          .isEqualTo("{\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8));
      assertThat(headers(letters.get(0)))
          .containsEntry("acequia-idempotency-key", "k")
          .containsEntry("acequia-source-topic", pipeline.topic())
          .containsEntry("acequia-source-topic-id", pipeline.definition().topic().id())
          .containsEntry("acequia-source-partition", "0")
          .containsEntry("acequia-source-offset", "1")
          .containsEntry("acequia-pipeline", "ops/" + pipeline.definition().name())
          .containsEntry("acequia-schema-hash", LoadIT.SCHEMA.hash())
          .containsEntry("acequia-error-class", "WrongType")
          .containsEntry("acequia-error-field", "id")
          .containsEntry("acequia-error-message", "expected an integer, found a string")
          .containsKey("acequia-error-time");
      assertThat(letters.get(1).value()).isEqualTo(soup);
      assertThat(letters.get(2).value()).isNull();
      TestPipeline.await()
          .until(() -> consumer.counter("acequia_consumer_records_total", "dead_letter") == 3);
    }
  }

  @Test
  void findsTheRecordsThatTheTableRefuses() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
        pipeline.rows(
            "ALTER TABLE " + pipeline.table() + " ADD CONSTRAINT no_sevens CHECK (id % 500 <> 7)");
        for (var id = 0; id < 5_000; id++) {
          pipeline.send(0, "[" + id + "]", record(id, "x"));
        }
        pipeline.flush();
        pipeline.start("pod");
        pipeline.awaitCount(4_990);
        TestPipeline.await().until(() -> pipeline.deadLetters().size() == 10);
        for (var letter : pipeline.deadLetters()) {
          assertThat(new String(letter.value(), StandardCharsets.UTF_8))
              .matches("\\{\"id\":\\d*(007|507|7),.*");
          assertThat(headers(letter))
              .containsEntry("acequia-error-class", "RejectedByStore")
              .hasEntrySatisfying(
                  "acequia-error-message", said -> assertThat(said).contains("no_sevens"));
        }
      }
    }
  }

  @Test
  void stopsRatherThanPutEverythingAside() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 2_000; id++) {
        pipeline.send(0, null, id % 10 == 0 ? "{\"ident\":1}" : record(id, "x"));
      }
      pipeline.flush();
      var end = pipeline.start("pod").end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.DeadLettersExceeded);
      assertThat(end.get().message()).contains("field 'ident'").contains("mend");
    }
  }

  @Test
  void storesARecordThatWasSentBackOnceOnly() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.send(0, null, record(1, "first"));
      pipeline.start("pod");
      pipeline.awaitCount(1);
      for (var offset : new String[] {"0", "77", "77"}) {
        pipeline.send(
            0,
            null,
            record(9, "again"),
            header(RecordHeader.SOURCE_TOPIC, pipeline.topic()),
            header(RecordHeader.SOURCE_TOPIC_ID, pipeline.definition().topic().id()),
            header(RecordHeader.SOURCE_PARTITION, "0"),
            header(RecordHeader.SOURCE_OFFSET, offset));
      }
      pipeline.send(0, null, record(2, "last"));
      TestPipeline.await()
          .until(
              () ->
                  pipeline
                      .rows("SELECT next_offset FROM " + pipeline.offsetsTable())
                      .get(0)
                      .equals("5"));
      assertThat(pipeline.rows("SELECT id, _offset FROM " + pipeline.table() + " ORDER BY _offset"))
          .containsExactly("1|0", "2|4", "9|77");
    }
  }
}
