package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordHeader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What anyone who may write to the topic can put there: nothing of it stops the rest in silence.
 */
class PoisonIT {
  private static final Schema DROPPING =
      new Schema(
          List.of("id"), List.of(new Field("id", FieldType.INT64, true, null)), UnknownFields.DROP);

  private static ProducerRecord<byte[], byte[]> of(TestPipeline pipeline, byte @Nullable [] value) {
    return of(pipeline, null, value, List.of());
  }

  private static ProducerRecord<byte[], byte[]> of(
      TestPipeline pipeline,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Iterable<Header> headers) {
    return new ProducerRecord<>(pipeline.topic(), 0, key, value, headers);
  }

  private static ProducerRecord<byte[], byte[]> at(
      TestPipeline pipeline, long time, byte @Nullable [] key, byte @Nullable [] value) {
    return new ProducerRecord<>(pipeline.topic(), 0, time, key, value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    var found = new HashMap<String, String>();
    for (var one : record.headers()) {
      found.put(
          one.key(), one.value() == null ? "" : new String(one.value(), StandardCharsets.UTF_8));
    }
    return found;
  }

  /** As the image runs it, since what its JVM does when memory runs out is a matter of flags. */
  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gzip"})
  void namesARecordThatTakesMoreMemoryThanThereIs(String compression) throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 2)) {
      for (var id = 0; id < 100; id++) {
        pipeline.send(0, null, record(id, "before"));
        pipeline.send(1, null, record(1_000 + id, "elsewhere"));
      }
      pipeline.flush();
      pipeline.sendAs(
          Map.of("compression.type", compression),
          List.of(
              of(pipeline, bytes(record(200, "of the same batch"))),
              of(pipeline, new byte[300 << 20]),
              of(pipeline, bytes(record(201, "of the same batch")))));
      pipeline.send(0, null, record(300, "after"));
      pipeline.flush();

      var process = pipeline.startAsImage("pod");
      assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(pipeline.log("pod")).isEqualTo(Termination.EXIT_CODE);
      var said = pipeline.termination().orElseThrow();
      assertThat(said.reason()).isEqualTo(Termination.Reason.RecordsUnreadable);
      assertThat(said.message())
          .contains("Partition 0 of topic " + pipeline.topic(), "more memory")
          .contains("./acequia offsets accept ", "--partition 0 --to ");
      // All before it is stored, and what was named begins right there.
      var stored =
          pipeline
              .rows("SELECT next_offset FROM " + pipeline.offsetsTable() + " WHERE partition = 0")
              .getFirst();
      assertThat(said.message()).contains("at offsets " + stored + " to ");
      assertThat(Long.parseLong(stored)).isBetween(100L, 101L);
      assertThat(
              pipeline.rows("SELECT count(*) FROM " + pipeline.table() + " WHERE name = 'before'"))
          .containsExactly("100");

      pipeline.accept(0, said.message().replaceAll("(?s).*--to ", ""));
      assertThat(pipeline.migrate()).isZero();
      pipeline.startAsImage("after-the-rollout");
      TestPipeline.await()
          .until(
              () ->
                  pipeline.rows(
                      "SELECT count(*) FROM "
                          + pipeline.table()
                          + " WHERE name IN ('after', 'elsewhere')"),
              List.of("101")::equals);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "lz4", "snappy"})
  void readsRecordsThatTogetherTakeMoreMemoryThanThereIs(String compression) throws Exception {
    try (var pipeline = TestPipeline.ready(DROPPING, LoadMode.APPEND, 1)) {
      var filler = "x".repeat(500_000);
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var id = 0; id < 1_000; id++) {
        // A third of them is bad.
        records.add(
            of(
                pipeline,
                bytes(
                    "{\"id\":" + (id % 3 == 0 ? "\"x\"" : id) + ",\"rest\":\"" + filler + "\"}")));
      }
      pipeline.allowDeadLetters(1);
      pipeline.sendAs(Map.of("compression.type", compression), records);

      var process = pipeline.startAsImage("pod");
      TestPipeline.await()
          .atMost(Duration.ofMinutes(3))
          .until(() -> !process.isAlive() || pipeline.count() == 666);
      assertThat(process.isAlive()).as(pipeline.log("pod")).isTrue();
      assertThat(pipeline.log("pod")).doesNotContain("memory", "Deserializers");
    }
  }

  @Test
  void readsRecordsWhoseHeadersTakeMoreMemoryThanThereIs() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.allowDeadLetters(1);
      Header empty = new org.apache.kafka.common.header.internals.RecordHeader("", null);
      var many = List.copyOf(Collections.nCopies(100_000, empty));
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var id = 0; id < 20; id++) {
        records.add(of(pipeline, null, bytes(record(id, "x")), many));
        // Nothing but headers.
        records.add(of(pipeline, null, null, many));
      }
      pipeline.sendAs(Map.of("compression.type", "zstd"), records);

      awaitAllOf(pipeline, 20, 20);
    }
  }

  /** Header values are slices of the record's array. */
  @Test
  void aHeaderDoesNotKeepARecordThatIsLeftOut() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.allowDeadLetters(1);
      var huge = bytes("x".repeat(30 << 20));
      var traced =
          List.<Header>of(
              new org.apache.kafka.common.header.internals.RecordHeader("trace", bytes("00-1")));
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var id = 0; id < 8; id++) {
        records.add(of(pipeline, null, huge, traced));
      }
      for (var id = 0; id < 100; id++) {
        records.add(of(pipeline, bytes(record(id, "good"))));
      }
      pipeline.sendAs(Map.of("compression.type", "zstd"), records);

      awaitAllOf(pipeline, 100, 8);
    }
  }

  /** No deserializer sees them. */
  @Test
  void readsRecordsThatAreNothingButLargeHeaders() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.allowDeadLetters(1);
      var large =
          List.<Header>of(
              new org.apache.kafka.common.header.internals.RecordHeader(
                  "h", bytes("x".repeat(500_000))));
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var id = 0; id < 400; id++) {
        records.add(of(pipeline, null, null, large));
      }
      records.add(of(pipeline, bytes(record(1, "good"))));
      pipeline.sendAs(Map.of("compression.type", "zstd"), records);

      awaitAllOf(pipeline, 1, 400);
    }
  }

  private static void awaitAllOf(TestPipeline pipeline, int rows, int letters) throws Exception {
    var process = pipeline.startAsImage("pod");
    TestPipeline.await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> !process.isAlive() || pipeline.count() == rows);
    assertThat(process.isAlive()).as(pipeline.log("pod")).isTrue();
    TestPipeline.await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> pipeline.countDeadLetters() >= letters);
  }

  @Test
  void namesWhatIsDamagedInTheLog() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 5; id++) {
        pipeline.send(0, null, record(id, "one of batch " + id));
        pipeline.send(0, null, record(100 + id, "another"));
        pipeline.flush();
      }
      damage(pipeline, "one of batch 3");
      var end = pipeline.start("pod").end();
      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.RecordsUnreadable);
      var stored = pipeline.rows("SELECT next_offset FROM " + pipeline.offsetsTable()).getFirst();
      assertThat(end.get().message())
          .contains("at offsets " + stored + " to ", "invalid", "--partition 0 --to ");
      assertThat(
              pipeline.rows("SELECT id FROM " + pipeline.table() + " WHERE id < 100 ORDER BY id"))
          .containsExactly("0", "1", "2");

      pipeline.accept(0, end.get().message().replaceAll("(?s).*--to ", ""));
      assertThat(pipeline.migrate()).isZero();
      pipeline.start("after-the-rollout");
      TestPipeline.await()
          .until(
              () -> pipeline.rows("SELECT max(id) FROM " + pipeline.table()),
              List.of("104")::equals);
    }
  }

  /** Changes a byte of the file. */
  private static void damage(TestPipeline pipeline, String text) throws IOException {
    var log = Servers.log(pipeline.topic(), 0);
    var at = new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(at).isPositive();
    try (var file = new RandomAccessFile(log.toFile(), "rw")) {
      file.seek(at);
      file.write('O');
    }
  }

  @Test
  void putsAsideWhatIsLargerThanADeadLetterMayBe() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
        pipeline.allowDeadLetters(1);
        var huge = "x".repeat(20 << 20);
        var large = "x".repeat(3 << 20);
        pipeline.sendAs(
            Map.of("compression.type", "zstd"),
            List.of(
                of(pipeline, bytes(record(1, "good"))),
                // Larger than any dead letter, and than what this topic of them takes.
                of(pipeline, bytes(record(2, huge))),
                of(pipeline, bytes(record(3, large))),
                of(pipeline, bytes("[\"" + huge + "\"]"), null, List.of()),
                of(
                    pipeline,
                    null,
                    bytes("{\"id\":\"x\"}"),
                    List.<Header>of(
                        new org.apache.kafka.common.header.internals.RecordHeader(
                            "h", bytes(large)))),
                of(pipeline, bytes(record(4, "good")))));
        pipeline.start("pod");
        pipeline.awaitCount(2);
        TestPipeline.await().until(() -> pipeline.deadLetters().size() >= 4);
        var letters = new HashMap<String, ConsumerRecord<byte[], byte[]>>();
        pipeline
            .deadLetters()
            .forEach(
                letter ->
                    letters.put(
                        requireNonNull(headers(letter).get("acequia-source-offset")), letter));
        assertThat(letters.keySet()).containsExactlyInAnyOrder("1", "2", "3", "4");
        letters
            .values()
            .forEach(
                letter -> {
                  // Neither would delete nor store anything, if it were sent back.
                  assertThat(letter.key()).isNull();
                  assertThat(letter.value()).isNull();
                  assertThat(headers(letter))
                      .containsEntry("acequia-source-topic", pipeline.topic())
                      .containsKeys("acequia-error-message", "acequia-left-out")
                      .doesNotContainKey("h");
                });
        assertThat(headers(requireNonNull(letters.get("1"))))
            .containsEntry("acequia-error-class", "TooLong")
            .hasEntrySatisfying(
                "acequia-left-out", said -> assertThat(said).contains("a value of 209715"));
      }
    }
  }

  /** Headers are nobody's promise. */
  @Test
  void takesAnyHeaders() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.allowDeadLetters(1);
      var strange = new RecordHeaders();
      strange.add("", null);
      strange.add("n".repeat(30_000), bytes("x"));
      strange.add("acequia-left-out", bytes("not so"));
      for (var known : RecordHeader.values()) {
        strange.add(known.key(), null);
        strange.add(known.key(), new byte[] {(byte) 0xff, 0, (byte) 0x80});
        strange.add(known.key(), new byte[0]);
      }
      strange.add(RecordHeader.IDEMPOTENCY_KEY.key(), bytes("k".repeat(100_000)));
      strange.add(RecordHeader.IDEMPOTENCY_INDEX.key(), bytes("0"));
      var none = new ArrayList<Header>();
      for (var value :
          Arrays.asList(
              record(1, "x"), "{\"id\":1,\"\\n\\u001b[2J" + "u".repeat(5_000) + "\":1}", null)) {
        for (var headers : List.of(strange, none)) {
          pipeline.sendAs(
              Map.of(), List.of(of(pipeline, null, value == null ? null : bytes(value), headers)));
        }
      }
      pipeline.send(0, null, record(2, "good"));
      var running = pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(running.isRunning()).isTrue();
      var letters = pipeline.deadLetters();
      assertThat(letters).hasSize(4);
      for (var letter : letters) {
        var headers = headers(letter);
        assertThat(headers).doesNotContainKey("acequia-left-out");
        assertThat(headers.get("acequia-error-message")).hasSizeBetween(1, 1_001);
        assertThat(headers.getOrDefault("acequia-error-field", "x"))
            .hasSizeBetween(1, 201)
            .matches("\\P{Cntrl}+");
      }
    }
  }

  /** Times of nobody's clock, and keys that are not those of their values. */
  @Test
  void takesAnyTimeAndAnyKey() throws Exception {
    for (var mode : LoadMode.values()) {
      try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
        pipeline.allowDeadLetters(1);
        pipeline.configure(Map.of("message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        var id = 0;
        for (var time : new long[] {0, 1, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
          for (var key : Arrays.asList(null, "", "[]", "[99]", "[\"1\"]", "\u0000", "[1,2]")) {
            records.add(
                at(pipeline, time, key == null ? null : bytes(key), bytes(record(id++, "x"))));
          }
          // Nothing that says what to delete.
          records.add(at(pipeline, time, null, null));
          records.add(at(pipeline, time, bytes("[\"1\""), null));
          records.add(at(pipeline, time, bytes("[]"), null));
        }
        pipeline.sendAs(Map.of(), records);
        var running = pipeline.start("pod");
        pipeline.awaitCount(28);
        pipeline.awaitTaken();
        assertThat(running.isRunning()).isTrue();
        assertThat(pipeline.deadLetters()).hasSize(12);
      }
    }
  }
}
