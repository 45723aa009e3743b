package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records that came with an {@code Idempotency-Key}, as the API sends them. */
class IdempotencyIT {
  private static Header[] mark(String scope, String key, int index) {
    return new Header[] {
      header(RecordHeader.IDEMPOTENCY_SCOPE, scope),
      header(RecordHeader.IDEMPOTENCY_KEY, key),
      header(RecordHeader.IDEMPOTENCY_INDEX, Integer.toString(index))
    };
  }

  private static String text(ConsumerRecord<byte[], byte[]> letter, RecordHeader header) {
    return new String(letter.headers().lastHeader(header.key()).value(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void takesTheSameKeyOfTwoCallersForTwoKeysAndAnotherRecordForNoRepeat(LoadMode mode)
      throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
      pipeline.send(0, "[1]", record(1, "of a"), mark("a", "1", 0));
      pipeline.send(0, "[2]", record(2, "of b"), mark("b", "1", 0));
      pipeline.send(0, "[1]", record(1, "of a"), mark("a", "1", 0)); // a repeat
      pipeline.send(0, "[3]", record(3, "reused"), mark("a", "1", 0)); // offset 3
      pipeline.start("pod");
      pipeline.awaitTaken();
      pipeline.send(0, "[2]", record(2, "of b"), mark("b", "1", 0)); // a repeat
      pipeline.send(0, "[4]", record(4, "reused"), mark("b", "1", 0)); // offset 5
      pipeline.send(0, "[5]", record(5, "last"));
      pipeline.awaitTaken();

      assertThat(pipeline.rows("SELECT id, name FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("1|of a", "2|of b", "5|last");
      assertThat(pipeline.deadLetters())
          .extracting(
              letter -> text(letter, RecordHeader.ERROR_CLASS),
              letter -> text(letter, RecordHeader.SOURCE_OFFSET),
              letter -> new String(letter.value(), StandardCharsets.UTF_8))
          .containsExactly(
              Tuple.tuple("IdempotencyKeyReused", "3", record(3, "reused")),
              Tuple.tuple("IdempotencyKeyReused", "5", record(4, "reused")));
    }
  }

  /** A consumer that was paused reads both at once. */
  @Test
  void takesPushesThatCameMoreThanADayApartForTwo() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var now = System.currentTimeMillis();
      var monday = now - Duration.ofHours(100).toMillis();
      var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
      for (var hours : List.of(0, 23, 26)) {
        records.add(push(pipeline, monday + Duration.ofHours(hours).toMillis(), 1, "same"));
      }
      records.add(push(pipeline, monday + Duration.ofHours(27).toMillis(), 2, "reused"));
      pipeline.sendAs(Map.of(), records);
      pipeline.start("pod");
      pipeline.awaitTaken();
      var stored = "SELECT id, _offset FROM " + pipeline.table() + " ORDER BY 2";
      assertThat(pipeline.rows(stored)).containsExactly("1|0", "1|2");

      // A redriven record keeps its first timestamp.
      pipeline.redrive(pipeline.deadLetters().getFirst());
      pipeline.awaitTaken();
      assertThat(pipeline.rows(stored)).containsExactly("1|0", "1|2");
      assertThat(pipeline.deadLetters()).hasSize(2);
    }
  }

  private static ProducerRecord<byte[], byte[]> push(
      TestPipeline pipeline, long millis, int id, String name) {
    return new ProducerRecord<>(
        pipeline.topic(),
        0,
        millis,
        null,
        record(id, name).getBytes(StandardCharsets.UTF_8),
        List.of(mark("a", "1", 0)));
  }

  /** Trusted only next to a scope, which only the API sets. */
  @Test
  void tellsARepeatOfAMessageByItsSendersData() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      var content = header(RecordHeader.IDEMPOTENCY_CONTENT, "sixteen bytes of");
      for (var trace : List.of("trace 1", "trace 2")) {
        var scoped = mark("a", "1", 0);
        pipeline.send(0, null, record(1, trace), scoped[0], scoped[1], scoped[2], content);
        pipeline.send(0, null, record(2, trace), scoped[1], scoped[2], content);
      }
      pipeline.send(
          0,
          null,
          record(3, "trace 1"),
          Stream.concat(
                  Stream.of(mark("a", "1", 0)),
                  Stream.of(header(RecordHeader.IDEMPOTENCY_CONTENT, "of other data...")))
              .toArray(Header[]::new));
      pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(pipeline.rows("SELECT id, name FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("1|trace 1", "2|trace 1");
      assertThat(pipeline.deadLetters())
          .extracting(letter -> text(letter, RecordHeader.SOURCE_OFFSET))
          .containsExactly("3", "4");
    }
  }

  /** The store has not judged them: one that an earlier word passed over may be a repeat. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void judgesWhatAPersonGoesBackToThoughItWasPassedOverBefore(LoadMode mode) throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 1)) {
      pipeline.send(0, "[1]", record(1, "first"), mark("a", "1", 0));
      var first = pipeline.start("pod");
      pipeline.awaitTaken();
      first.stop();
      pipeline.send(0, "[2]", record(2, "newer"), mark("a", "2", 0));
      pipeline.send(0, "[3]", record(1, "first"), mark("a", "1", 0)); // a repeat
      pipeline.flush();
      for (var to : List.of("latest", "earliest")) {
        pipeline.accept(null, to);
        assertThat(pipeline.migrate()).isZero();
      }
      pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(pipeline.rows("SELECT id, _offset FROM " + pipeline.table() + " ORDER BY id, 2"))
          .containsExactly("1|0", "2|1");
    }
  }

  @Test
  void tellsDeletionsOfTwoKeysApart() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      pipeline.send(0, "[1]", record(1, "there"));
      pipeline.send(0, "[2]", record(2, "there"));
      pipeline.send(0, "[1]", null, mark("a", "1", 0));
      pipeline.send(0, "[1]", null, mark("a", "1", 0));
      pipeline.send(0, "[2]", null, mark("a", "1", 0)); // offset 4
      pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(pipeline.rows("SELECT id FROM " + pipeline.table())).containsExactly("2");
      assertThat(pipeline.deadLetters())
          .extracting(letter -> text(letter, RecordHeader.SOURCE_OFFSET))
          .containsExactly("4");
    }
  }

  /** Else any caller could end the load of all others. */
  @Test
  void endsNoLoadThoughACallerUsesOneKeyForAll() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      for (var id = 0; id < 3_000; id++) {
        pipeline.send(0, null, record(id, "x"), mark("a", id % 2 == 0 ? "1" : "k" + id, 0));
      }
      pipeline.flush();
      var consumer = pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(pipeline.count()).isEqualTo(1_501);
      assertThat(consumer.isRunning()).isTrue();
      consumer.stop();

      // Nor after a restart, which looks at the dead letters of before.
      pipeline.start("restarted");
      for (var id = 0; id < 10; id++) {
        pipeline.send(0, null, record(id, "y"));
      }
      pipeline.send(0, null, "bad");
      pipeline.awaitTaken();
      assertThat(pipeline.count()).isEqualTo(1_511);
    }
  }
}
