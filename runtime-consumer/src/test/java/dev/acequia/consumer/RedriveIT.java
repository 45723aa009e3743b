package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A dead letter that is sent back keeps the coordinates it had, whatever happens to it then. */
class RedriveIT {
  private static final Schema MENDED =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT64, true, null),
              new Field("name", FieldType.STRING, false, null),
              new Field("gate", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  private static String withGate(long id) {
    return "{\"id\":" + id + ",\"name\":\"late\",\"gate\":\"B" + id + "\"}";
  }

  private static Header[] source(TestPipeline pipeline, int partition, long offset) {
    return new Header[] {
      header(RecordHeader.SOURCE_TOPIC, pipeline.topic()),
      header(RecordHeader.SOURCE_TOPIC_ID, pipeline.definition().topic().id()),
      header(RecordHeader.SOURCE_PARTITION, Integer.toString(partition)),
      header(RecordHeader.SOURCE_OFFSET, Long.toString(offset))
    };
  }

  private static String text(ConsumerRecord<byte[], byte[]> letter, RecordHeader header) {
    return new String(letter.headers().lastHeader(header.key()).value(), StandardCharsets.UTF_8);
  }

  /** One in 500 has a field that the schema lacks; afterwards the schema has it. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void storesExactlyTheDeadLettersAfterTheSchemaIsMended(LoadMode mode) throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, mode, 3)) {
      for (var id = 0; id < 20_000; id++) {
        pipeline.send(id % 3, "[" + id + "]", id % 500 == 7 ? withGate(id) : record(id, "in time"));
      }
      pipeline.flush();
      var old = pipeline.start("old");
      pipeline.awaitCount(19_960);
      pipeline.awaitTaken();
      var letters = pipeline.deadLetters();
      assertThat(letters).hasSize(40);
      old.stop();
      var clean = pipeline.rows("SELECT * FROM " + pipeline.table() + " ORDER BY id");

      pipeline.use(MENDED);
      assertThat(pipeline.migrate()).isZero();
      pipeline.start("new");
      // Killed midway, then from the start, then once more.
      letters.subList(0, 17).forEach(pipeline::redrive);
      letters.forEach(pipeline::redrive);
      pipeline.awaitTaken();
      var all = pipeline.rows("SELECT * FROM " + pipeline.table() + " ORDER BY id");
      letters.forEach(pipeline::redrive);
      pipeline.awaitTaken();

      assertThat(pipeline.rows("SELECT * FROM " + pipeline.table() + " ORDER BY id"))
          .isEqualTo(all)
          .hasSize(20_000);
      var redriven = new ArrayList<>(all);
      redriven.removeIf(row -> row.endsWith("|null"));
      assertThat(redriven).hasSize(40).allMatch(row -> row.contains("|late|"));
      assertThat(clean).hasSize(19_960);
      assertThat(pipeline.rows("SELECT gate FROM " + pipeline.table() + " WHERE id = 507"))
          .containsExactly("B507");
      assertThat(
              pipeline.rows(
                  "SELECT _partition, _offset FROM " + pipeline.table() + " WHERE id = 507"))
          .containsExactly(507 % 3 + "|" + 507 / 3);
      assertThat(pipeline.deadLetters()).hasSize(40);
    }
  }

  @Test
  void dropsWhatWasStoredAlreadyInWhateverBatchItComes() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.rows("ALTER TABLE " + pipeline.table() + " ADD CHECK (id <> 13)");
      pipeline.send(0, null, record(1, "first"));
      pipeline.send(0, null, "{\"id\":\"bad\"}");
      var consumer = pipeline.start("pod");
      pipeline.awaitTaken();
      // A record that the table refuses comes first: it must not make dead letters of repeats.
      pipeline.send(0, null, record(13, "refused"));
      pipeline.send(0, null, record(9, "again"), source(pipeline, 0, 0));
      pipeline.send(0, null, record(9, "once"), source(pipeline, 0, 1));
      pipeline.send(0, null, record(9, "once"), source(pipeline, 0, 1));
      pipeline.awaitTaken();
      pipeline.send(0, null, record(9, "once"), source(pipeline, 0, 1));
      pipeline.send(0, null, record(2, "last"));
      pipeline.awaitTaken();

      assertThat(
              pipeline.rows(
                  "SELECT id, name, _offset FROM " + pipeline.table() + " ORDER BY _offset"))
          .containsExactly("1|first|0", "9|once|1", "2|last|7");
      assertThat(pipeline.deadLetters()).hasSize(2);
      assertThat(consumer.counter("acequia_consumer_records_total", "duplicate")).isEqualTo(3);
    }
  }

  @Test
  void neverReplacesANewerValueByAnOlderOne() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      for (var id = 1; id <= 4; id++) {
        pipeline.send(0, "[" + id + "]", record(id, "before"));
      }
      for (var id = 1; id <= 4; id++) {
        pipeline.send(0, "[" + id + "]", "bad"); // offsets 4 to 7
      }
      pipeline.send(0, "[1]", record(1, "after"));
      pipeline.send(0, "[2]", record(2, "after"));
      pipeline.start("pod");
      pipeline.awaitTaken();

      pipeline.send(0, "[3]", record(3, "after, same batch"));
      for (var id = 1; id <= 4; id++) {
        pipeline.send(0, "[" + id + "]", record(id, "redriven"), source(pipeline, 0, 3 + id));
      }
      pipeline.awaitTaken();

      assertThat(
              pipeline.rows("SELECT id, name, _offset FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("1|after|8", "2|after|9", "3|after, same batch|10", "4|redriven|7");
    }
  }

  @Test
  void bringsNothingBackThatWasDeletedSince() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      pipeline.send(0, "[1]", "bad"); // offset 0, to be deleted in another batch
      pipeline.send(0, "[2]", "bad"); // offset 1, to be deleted in the batch of its redrive
      pipeline.send(0, "[3]", "bad"); // offset 2, not to be deleted
      pipeline.send(0, "[4]", record(4, "before"));
      pipeline.send(0, "[1]", null);
      pipeline.start("pod");
      pipeline.awaitTaken();

      pipeline.send(0, "[2]", null);
      for (var id = 1; id <= 3; id++) {
        pipeline.send(0, "[" + id + "]", record(id, "redriven"), source(pipeline, 0, id - 1));
      }
      pipeline.awaitTaken();
      assertThat(pipeline.rows("SELECT id, name FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("3|redriven", "4|before");

      // What comes after a deletion is a record like any other; here with one that is refused.
      pipeline.rows("ALTER TABLE " + pipeline.table() + " ADD CHECK (id <> 13)");
      pipeline.send(0, "[1]", record(1, "after"));
      pipeline.send(0, "[13]", record(13, "refused"));
      pipeline.send(0, "[4]", null);
      pipeline.send(0, "[2]", record(2, "redriven"), source(pipeline, 0, 1));
      pipeline.awaitTaken();
      assertThat(pipeline.rows("SELECT id, name FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("1|after", "3|redriven");
    }
  }

  @Test
  void believesNoCoordinatesThatCannotBe() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 2)) {
      pipeline.send(0, null, record(1, "first"));
      // Would keep a record that is yet to come from being stored.
      pipeline.send(0, null, record(2, "forged"), source(pipeline, 0, 3));
      pipeline.send(0, null, record(3, "forged"), source(pipeline, 1, 0));
      pipeline.send(0, null, record(4, "fourth"));
      pipeline.send(1, null, record(5, "fifth"));
      // Another topic's, or this one's before it was created again: a record like any other.
      pipeline.send(
          1,
          null,
          record(6, "sixth"),
          header(RecordHeader.SOURCE_TOPIC, pipeline.topic()),
          header(RecordHeader.SOURCE_TOPIC_ID, "AAAAAAAAAAAAAAAAAAAAAA"),
          header(RecordHeader.SOURCE_PARTITION, "1"),
          header(RecordHeader.SOURCE_OFFSET, "0"));
      pipeline.start("pod");
      pipeline.awaitTaken();

      assertThat(
              pipeline.rows(
                  "SELECT id, _partition, _offset FROM " + pipeline.table() + " ORDER BY id"))
          .containsExactly("1|0|0", "4|0|3", "5|1|0", "6|1|1");
      assertThat(pipeline.deadLetters())
          .extracting(
              letter -> text(letter, RecordHeader.ERROR_CLASS),
              letter -> text(letter, RecordHeader.SOURCE_OFFSET))
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("ImpossibleSource", "1"),
              org.assertj.core.groups.Tuple.tuple("ImpossibleSource", "2"));
    }
  }

  @Test
  void believesOnlyGenerationsThatTheLogHasHad() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      pipeline.rows(
          "INSERT INTO ops._acequia_generations_%s (partition, generation, topic_id, from_offset) SELECT 0, 3, topic_id, 2 FROM %s"
              .formatted(pipeline.table().substring(4), pipeline.offsetsTable()));
      pipeline.send(0, "[1]", record(1, "of 1"));
      pipeline.send(0, "[2]", record(2, "of 1"));
      pipeline.send(0, "[3]", record(3, "of 3"));
      // Lost by the cut, so at any offset; and older than what stands there now.
      pipeline.send(0, "[4]", record(4, "lost"), source(pipeline, "1", 70));
      pipeline.send(0, "[3]", record(3, "lost"), source(pipeline, "1", 70));
      pipeline.send(0, "[1]", record(1, "of 3"), source(pipeline, "3", 2));
      // Never there: another generation, one that began later, a place yet to come.
      pipeline.send(0, "[5]", record(5, "no"), source(pipeline, "2", 0));
      pipeline.send(0, "[6]", record(6, "no"), source(pipeline, "3", 1));
      pipeline.send(0, "[7]", record(7, "no"), source(pipeline, "3", 70));
      pipeline.start("pod");
      pipeline.awaitTaken();

      assertThat(
              pipeline.rows(
                  "SELECT id, name, _generation, _offset FROM "
                      + pipeline.table()
                      + " ORDER BY id"))
          .containsExactly("1|of 3|3|2", "2|of 1|1|1", "3|of 3|3|2", "4|lost|1|70");
      assertThat(pipeline.deadLetters())
          .extracting(
              letter -> text(letter, RecordHeader.ERROR_CLASS),
              letter -> text(letter, RecordHeader.SOURCE_GENERATION),
              letter -> text(letter, RecordHeader.SOURCE_OFFSET))
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("ImpossibleSource", "3", "6"),
              org.assertj.core.groups.Tuple.tuple("ImpossibleSource", "3", "7"),
              org.assertj.core.groups.Tuple.tuple("ImpossibleSource", "3", "8"));
    }
  }

  private static Header[] source(TestPipeline pipeline, String generation, long offset) {
    var headers = new ArrayList<>(List.of(source(pipeline, 0, offset)));
    headers.add(header(RecordHeader.SOURCE_GENERATION, generation));
    return headers.toArray(Header[]::new);
  }

  @Test
  void keepsTheCoordinatesOfARecordThatFailsAgain() throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.APPEND, 1)) {
      pipeline.send(0, null, "bad");
      pipeline.start("pod");
      pipeline.awaitTaken();
      var letter = pipeline.deadLetters().getFirst();
      // So many that are still bad are no sign of a wrong deploy.
      for (var i = 0; i < 1_500; i++) {
        pipeline.redrive(letter);
      }
      pipeline.send(0, null, record(1, "good"));
      pipeline.awaitCount(1);

      var letters = pipeline.deadLetters();
      assertThat(letters).hasSizeGreaterThanOrEqualTo(1_501);
      assertThat(letters)
          .allMatch(one -> text(one, RecordHeader.SOURCE_OFFSET).equals("0"))
          .allMatch(one -> text(one, RecordHeader.ERROR_CLASS).equals("Malformed"))
          .allMatch(one -> new String(one.value(), StandardCharsets.UTF_8).equals("bad"));
    }
  }
}
