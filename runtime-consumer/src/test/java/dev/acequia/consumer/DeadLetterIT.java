package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
      assertThat(end.get().message()).contains("field 'ident'").contains("maxRatio 0.05 allows");

      pipeline.allowDeadLetters(0.2);
      pipeline.start("after-the-rollout");
      pipeline.awaitCount(1_800);
      TestPipeline.await().until(() -> sources(pipeline).size() == 200);
    }
  }

  /** Where the records stood; a letter may be there twice. */
  private static Set<String> sources(TestPipeline pipeline) {
    return pipeline.deadLetters().stream()
        .map(DeadLetterIT::headers)
        .map(
            found ->
                found.get("acequia-source-partition") + ":" + found.get("acequia-source-offset"))
        .collect(Collectors.toSet());
  }

  /** A Pod whose process has ended is started again and again. */
  @Test
  void putsNoMoreAsideByBeingStartedAgain() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 1_000; id++) {
        pipeline.send(0, null, record(id, "x"));
      }
      pipeline.flush();
      pipeline.start("pod");
      pipeline.awaitCount(1_000);
      // A trickle, after a wrong deploy.
      var putAsideFirst = 0;
      for (var restart = 0; restart < 4; restart++) {
        var running = pipeline.running(restart);
        for (var i = 0; i < 60 || running.isRunning() && i < 300; i++) {
          pipeline.send(0, null, "{\"ident\":1}");
          if (i >= 60) {
            pipeline.flush();
          }
        }
        var end = running.end();
        assertThat(end).isPresent();
        assertThat(end.get().reason()).isEqualTo(Termination.Reason.DeadLettersExceeded);
        putAsideFirst = restart == 0 ? sources(pipeline).size() : putAsideFirst;
        pipeline.start("pod");
      }
      assertThat(sources(pipeline)).hasSize(putAsideFirst);
    }
  }

  @Test
  void putsADecimalAsideRatherThanRoundIt() throws Exception {
    var fare = new Field("fare", FieldType.DECIMAL, false, new Digits(12, 2), null);
    var schema = new Schema(List.of(), List.of(fare), UnknownFields.REJECT);
    try (var pipeline = TestPipeline.ready(schema, LoadMode.APPEND, 1)) {
      for (var number : List.of("1.5", "1.005", "-10000000000", "-1.500000", "1e131071")) {
        pipeline.send(0, null, "{\"fare\":" + number + "}");
      }
      pipeline.start("pod");
      pipeline.awaitTaken();

      assertThat(pipeline.rows("SELECT fare FROM " + pipeline.table() + " ORDER BY _offset"))
          .containsExactly("1.50", "-1.50");
      assertThat(pipeline.deadLetters())
          .hasSize(3)
          .allSatisfy(
              letter ->
                  assertThat(headers(letter))
                      .containsEntry("acequia-error-class", "OutOfRange")
                      .containsEntry("acequia-error-field", "fare"));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bad(String errorClass, byte[] value) {}

  private static List<Bad> everyKind() {
    return List.of(
        bad("Malformed", "{\"id\":1,"),
        bad("Malformed", "[1,2]"),
        bad("Malformed", ""),
        bad("WrongType", "{\"id\":\"1\"}"),
        bad("MissingRequired", "{\"name\":\"x\"}"),
        bad("MissingRequired", "{\"id\":null}"),
        bad("UnknownField", "{\"id\":1,\"ident\":1}"),
        bad("DuplicateField", "{\"id\":1,\"id\":1}"),
        bad("OutOfRange", "{\"id\":9223372036854775808}"),
        bad("InvalidText", "{\"id\":1,\"name\":\"\\u0000\"}"),
        bad("InvalidText", "{\"id\":1,\"name\":\"\\ud800\"}"),
        new Bad(
            "InvalidText",
            new byte[] {
              '{', '"', 'i', 'd', '"', ':', '1', ',', '"', (byte) 0xff, '"', ':', '1', '}'
            }),
        new Bad("Malformed", new byte[] {0, 0, 0, 0, 7, 2, (byte) 0x80}),
        bad("TooLong", record(1, "x".repeat(1 << 20))),
        bad("RejectedByStore", record(666, "x")));
  }

  private static Bad bad(String errorClass, String value) {
    return new Bad(errorClass, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Every kind of bad record in one batch: each alone is put aside, and all others land. */
  @Test
  void putsEveryKindAsideAloneWithAllThatAPersonNeeds() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
        pipeline.takeLargeRecords();
        pipeline.rows(
            "ALTER TABLE " + pipeline.table() + " ADD CONSTRAINT not_that CHECK (id <> 666)");
        var kinds = everyKind();
        var before = Instant.now();
        for (var i = 0; i < kinds.size(); i++) {
          pipeline.send(0, "[" + i + "]", record(i, "good"));
          pipeline.sendBytes(0, kinds.get(i).value());
        }
        pipeline.flush();
        pipeline.start("pod");
        pipeline.awaitCount(kinds.size());
        TestPipeline.await().until(() -> sources(pipeline).size() == kinds.size());

        var letters = new TreeMap<Integer, ConsumerRecord<byte[], byte[]>>();
        for (var letter : pipeline.deadLetters()) {
          letters.put(Integer.valueOf(headers(letter).get("acequia-source-offset")), letter);
        }
        for (var i = 0; i < kinds.size(); i++) {
          var letter = requireNonNull(letters.get(2 * i + 1));
          var errorClass = kinds.get(i).errorClass();
          assertThat(letter.value()).as(errorClass).isEqualTo(kinds.get(i).value());
          assertThat(headers(letter))
              .as(errorClass)
              .containsEntry("acequia-source-topic", pipeline.topic())
              .containsEntry("acequia-source-topic-id", pipeline.definition().topic().id())
              .containsEntry("acequia-source-partition", "0")
              .containsEntry("acequia-pipeline", "ops/" + pipeline.definition().name())
              .containsEntry("acequia-schema-hash", LoadIT.SCHEMA.hash())
              .containsEntry("acequia-error-class", errorClass)
              .hasEntrySatisfying("acequia-error-message", said -> assertThat(said).isNotBlank());
          assertThat(Instant.parse(headers(letter).get("acequia-error-time")))
              .isBetween(before.minusSeconds(1), Instant.now());
          assertThat(Long.parseLong(headers(letter).get("acequia-source-timestamp")))
              .isBetween(before.toEpochMilli() - 1000, System.currentTimeMillis());
        }
      }
    }
  }
}
