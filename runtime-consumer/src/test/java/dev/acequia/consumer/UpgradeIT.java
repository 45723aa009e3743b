package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.header;
import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the former version left is taken over whole, with no person. */
class UpgradeIT {
  /** Rows as they are when all of the topic is read; generation 1 is the topic before this one. */
  private static final List<String> APPENDED =
      List.of(
          "1|former one|1|0|0",
          "2|former two|1|0|1",
          "3|former three|1|0|2",
          "2|former two again|1|0|5",
          "12|former twelve|1|1|0",
          "1|one|2|0|0",
          "4|four|2|0|1",
          "5|five|2|0|4", // by the replay
          "6|six|2|0|5",
          "7|seven|2|0|6",
          "8|eight|2|0|7",
          "10|ten|2|0|9",
          "11|eleven|2|1|0",
          "13|refused|2|1|1",
          "14|refused|2|1|2", // redriven, as the two that follow
          "15|refused|2|1|3",
          "16|refused|2|1|4",
          "14|kept|2|1|5",
          "15|newer|2|1|6",
          "17|seventeen|2|1|7",
          "19|nineteen|2|1|17");

  /** Keys 2, 6 and 14 were deleted, the last after the dead letter that is sent back. */
  private static final List<String> NEWEST =
      List.of(
          "1|one|2|0|0",
          "3|former three|1|0|2",
          "4|four|2|0|1",
          "5|five|2|0|4", // by the replay
          "8|eight|2|0|7",
          "10|ten|2|0|9",
          "11|eleven|2|1|0",
          "12|former twelve|1|1|0",
          "13|refused|2|1|1",
          "15|newer|2|1|6",
          "16|refused|2|1|4", // redriven
          "17|seventeen|2|1|7",
          "19|nineteen|2|1|17");

  private static List<String> expected(LoadMode mode) {
    return mode == LoadMode.APPEND ? APPENDED : NEWEST;
  }

  private static List<String> table(TestPipeline pipeline) throws Exception {
    return pipeline.rows(
        "SELECT id, name, _generation, _partition, _offset FROM " + pipeline.table());
  }

  private static String beside(TestPipeline pipeline, String kind) {
    return pipeline.offsetsTable().replace("offsets", kind);
  }

  private static String text(ConsumerRecord<byte[], byte[]> letter, RecordHeader header) {
    var found = letter.headers().lastHeader(header.key());
    return found == null ? "" : new String(found.value(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void takesOverWhatTheFormerVersionLeft(LoadMode mode) throws Exception {
    try (var pipeline = FormerVersion.left(mode)) {
      var offsets =
          "SELECT partition, next_offset, fence, replay, replay_from, replay_until, replay_resume"
              + " FROM "
              + pipeline.offsetsTable()
              + " ORDER BY partition";
      var before = pipeline.rows(offsets);

      for (var run = 0; run < 2; run++) {
        assertThat(pipeline.migrate()).isZero();
        // The word in the annotation has been applied.
        assertThat(pipeline.rows(offsets)).isEqualTo(before);
      }
      assertThat(
              pipeline.rows(
                  "SELECT partition, generation, topic_id FROM "
                      + beside(pipeline, "generations")
                      + " WHERE topic_id = '"
                      + pipeline.definition().topic().uuid()
                      + "' ORDER BY partition"))
          .containsExactly(
              "0|2|" + pipeline.definition().topic().uuid(),
              "1|2|" + pipeline.definition().topic().uuid());

      var letters = pipeline.deadLetters();
      var consumer = pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(table(pipeline)).containsExactlyInAnyOrderElementsOf(expected(mode));
      assertThat(
              pipeline.rows(
                  "SELECT generation, partition, \"offset\" FROM "
                      + beside(pipeline, "repeats")
                      + " ORDER BY partition, \"offset\""))
          .containsExactly("2|0|2", "2|0|8", "2|0|10", "2|1|16");
      assertNewLetters(pipeline, letters);

      // All letters are sent back once more: those that are stored change nothing.
      for (var letter : letters) {
        if (text(letter, RecordHeader.ERROR_CLASS).equals("RejectedByStore")) {
          pipeline.redrive(letter);
        }
      }
      pipeline.awaitTaken();
      assertThat(consumer.isRunning()).isTrue();
      assertThat(table(pipeline)).containsExactlyInAnyOrderElementsOf(expected(mode));
    }
  }

  /** What is bad still: one that the replay met again, and one that was sent back. */
  private static void assertNewLetters(
      TestPipeline pipeline, List<ConsumerRecord<byte[], byte[]>> former) {
    var letters = new ArrayList<>(pipeline.deadLetters());
    letters.removeIf(
        letter ->
            former.stream()
                .anyMatch(
                    one ->
                        one.partition() == letter.partition() && one.offset() == letter.offset()));
    assertThat(letters)
        .extracting(
            letter -> text(letter, RecordHeader.SOURCE_PARTITION),
            letter -> text(letter, RecordHeader.SOURCE_OFFSET),
            letter -> text(letter, RecordHeader.ERROR_CLASS))
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("0", "3", "Malformed"),
            org.assertj.core.groups.Tuple.tuple("1", "8", "Malformed"));
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void letsAConsumerOfTheFormerVersionWriteUntilTheMigrationEnds(LoadMode mode) throws Exception {
    try (var pipeline = FormerVersion.left(mode);
        var former = new FormerWriter(pipeline, mode);
        var threads = Executors.newSingleThreadExecutor()) {
      var upsert = mode == LoadMode.UPSERT;
      pipeline.send(1, "[12]", record(12, "twelve")); // offset 18
      pipeline.send(1, "[14]", upsert ? null : record(14, "fourteen"));
      pipeline.send(1, "[20]", record(20, "twenty"));
      // Redriven ones that are older than what the former consumer is to write.
      pipeline.send(1, "[12]", record(12, "older"), source(pipeline, 8));
      pipeline.send(1, "[14]", record(14, "older"), source(pipeline, 8));
      pipeline.flush();

      assertThat(
              former.load(
                  16,
                  List.of(),
                  new FormerWriter.Row(13, "refused", 1),
                  new FormerWriter.Row(14, "refused", 2),
                  new FormerWriter.Row(15, "refused", 3),
                  new FormerWriter.Row(16, "refused", 4)))
          .isTrue();
      former.commit();
      assertThat(
              former.load(
                  18,
                  List.of(new FormerWriter.Mark("k2", 16), new FormerWriter.Mark("k3", 17)),
                  new FormerWriter.Row(19, "nineteen", 17)))
          .isTrue();
      var migration = threads.submit(() -> pipeline.migrate());
      TestPipeline.await()
          .until(
              () ->
                  !pipeline
                      .rows(
                          "SELECT FROM pg_stat_activity WHERE datname = current_database()"
                              + " AND usename LIKE '%admin' AND wait_event_type = 'Lock'")
                      .isEmpty());
      former.commit();
      assertThat(migration.get(60, TimeUnit.SECONDS)).isZero();

      // From now on it waits for the rollout.
      assertThat(former.load(21, List.of(), new FormerWriter.Row(99, "late", 18))).isFalse();
      assertThat(former.claim()).isEqualTo("2:" + pipeline.definition().schema().hash());
      pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(former.load(24, List.of(), new FormerWriter.Row(99, "late", 23))).isFalse();

      var expected = new ArrayList<>(expected(mode));
      expected.removeIf(row -> upsert && row.startsWith("12|"));
      expected.addAll(List.of("12|twelve|2|1|18", "20|twenty|2|1|20"));
      if (!upsert) {
        expected.addAll(List.of("14|fourteen|2|1|19", "12|older|2|1|8"));
      }
      assertThat(table(pipeline)).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static Header[] source(TestPipeline pipeline, long offset) {
    return new Header[] {
      header(RecordHeader.SOURCE_TOPIC, pipeline.topic()),
      header(RecordHeader.SOURCE_TOPIC_ID, pipeline.definition().topic().id()),
      header(RecordHeader.SOURCE_PARTITION, "1"),
      header(RecordHeader.SOURCE_OFFSET, Long.toString(offset))
    };
  }

  /** In append mode the index is built then, and is not the primary key's yet. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void goesOnWhereAMigrationWasKilled(LoadMode mode) throws Exception {
    try (var pipeline = FormerVersion.left(mode)) {
      pipeline.rows(
          """
          CREATE FUNCTION hang() RETURNS event_trigger LANGUAGE plpgsql AS
          $$ BEGIN
            IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = '%s'::regclass AND attname = '_generation')
            THEN PERFORM pg_sleep(600); END IF;
          END $$\
          """
              .formatted(pipeline.table()));
      pipeline.rows(
          "CREATE EVENT TRIGGER hang ON ddl_command_start WHEN TAG IN ('ALTER TABLE')"
              + " EXECUTE FUNCTION hang()");
      var process = pipeline.startMigration();
      TestPipeline.await()
          .until(
              () ->
                  !pipeline
                      .rows(
                          "SELECT FROM pg_stat_activity WHERE datname = current_database()"
                              + " AND wait_event = 'PgSleep'")
                      .isEmpty());
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      pipeline.rows(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
              + " current_database() AND wait_event = 'PgSleep'");
      pipeline.rows("DROP EVENT TRIGGER hang");
      assertThat(
              pipeline.rows(
                  "SELECT attnotnull FROM pg_attribute WHERE attrelid = '"
                      + pipeline.table()
                      + "'::regclass AND attname IN ('_generation', '_topic_id')"))
          .as("half done")
          .containsExactly("t", "t");
      if (mode == LoadMode.APPEND) {
        assertThat(
                pipeline.rows(
                    "SELECT indisvalid, indisprimary FROM pg_index WHERE indrelid = '"
                        + pipeline.table()
                        + "'::regclass ORDER BY indisprimary"))
            .containsExactly("t|f", "t|t");
      }
      // Meanwhile the former version's consumer writes on.
      try (var former = new FormerWriter(pipeline, mode)) {
        assertThat(former.load(11, List.of(), new FormerWriter.Row(13, "refused", 1))).isTrue();
        former.commit();
      }

      assertThat(pipeline.migrate()).isZero();
      pipeline.start("pod");
      pipeline.awaitTaken();
      assertThat(table(pipeline)).containsExactlyInAnyOrderElementsOf(expected(mode));
    }
  }
}
