package dev.acequia.consumer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.consumer.SchemaChangeCases.Change;
import dev.acequia.consumer.SchemaChangeCases.Widening;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.Termination;
import dev.acequia.contract.UnknownFields;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every change of a schema, on a running pipeline: the old version loads and answers throughout,
 * and the new one does once the migration is done.
 */
class SchemaChangeIT {
  private static Schema schema(FieldType type) {
    return new Schema(
        List.of(),
        List.of(new Field("n", FieldType.INT32, true, null), new Field("x", type, false, null)),
        UnknownFields.REJECT);
  }

  private static String record(int number, String value) {
    return "{\"n\": " + number + ", \"x\": " + value + "}";
  }

  private static String spelled(FieldType type) {
    return type.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** A row of the table of types: all that is refused, one after the other. */
  @ParameterizedTest
  @EnumSource
  void refusesWhatLosesAnythingAndGoesOnServing(FieldType from) throws Exception {
    var value = requireNonNull(SchemaChangeCases.values().get(from));
    try (var pipeline = TestPipeline.ready(schema(from), LoadMode.APPEND, 1);
        var reader = new UnpausedReader(pipeline.definition(), pipeline.readerEnvironment())) {
      pipeline.start("old");
      var sent = 0;
      for (var change : SchemaChangeCases.types()) {
        if (change.from() != from || change.allowed()) {
          continue;
        }
        pipeline.use(schema(change.to()));
        assertThat(pipeline.migrate()).as("%s", change).isEqualTo(Termination.EXIT_CODE);
        assertThat(pipeline.termination()).isPresent();
        assertThat(pipeline.termination().get().reason())
            .isEqualTo(Termination.Reason.SchemaChangeRefused);
        assertThat(pipeline.termination().get().message())
            .contains(
                "Field 'x' cannot change from %s to %s"
                    .formatted(spelled(from), spelled(change.to())));
        pipeline.send(0, null, record(sent++, value.json()));
      }
      pipeline.awaitCount(sent);
      assertThat(reader.next())
          .hasSize(sent)
          .allSatisfy(row -> assertThat(row).endsWith("|" + value.shown()));
    }
  }

  static List<Widening> widenings() {
    return SchemaChangeCases.widenings();
  }

  @Test
  void widensWhatTheTableOfTypesSays() {
    assertThat(widenings())
        .extracting(Widening::from, Widening::to)
        .containsExactlyInAnyOrderElementsOf(
            SchemaChangeCases.types().stream()
                .filter(SchemaChangeCases.TypeChange::allowed)
                .map(change -> org.assertj.core.groups.Tuple.tuple(change.from(), change.to()))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("widenings")
  void widensWhileOldAndNewRecordsCome(Widening widening) throws Exception {
    var old = requireNonNull(SchemaChangeCases.values().get(widening.from()));
    try (var pipeline = TestPipeline.ready(schema(widening.from()), LoadMode.APPEND, 1);
        var oldReader = new UnpausedReader(pipeline.definition(), pipeline.readerEnvironment())) {
      var before = pipeline.start("old");
      pipeline.send(0, null, record(0, old.json()));
      pipeline.awaitCount(1);
      assertThat(oldReader.next()).containsExactly("0|" + old.shown());

      pipeline.use(schema(widening.to()));
      assertThat(pipeline.migrate()).isZero();
      // Until the new version has taken over, the old one shows what it showed.
      assertThat(oldReader.next()).containsExactly("0|" + old.shown());
      var after = pipeline.definition();
      pipeline.send(0, null, record(1, old.json()));
      pipeline.start("new");
      before.stop();
      pipeline.awaitCount(2);
      assertThat(oldReader.next()).containsExactly("0|" + old.shown(), "1|" + old.shown());
      oldReader.close();

      try (var newReader = new UnpausedReader(after, pipeline.readerEnvironment())) {
        pipeline.send(0, null, record(2, widening.newValue().json()));
        pipeline.send(0, null, record(3, old.json()));
        pipeline.awaitCount(4);
        assertThat(newReader.next())
            .containsExactly(
                "0|" + widening.oldValueShown(),
                "1|" + widening.oldValueShown(),
                "2|" + widening.newValue().shown(),
                "3|" + widening.oldValueShown());
      }
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  static Stream<Change> refused() {
    return SchemaChangeCases.changes().stream().filter(change -> change.refusal() != null);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesBeforeAnythingRuns(Change change) throws Exception {
    try (var pipeline = TestPipeline.ready(change.before(), change.mode(), 1)) {
      var shape =
          "SELECT attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid = '%s'::regclass ORDER BY attnum"
              .formatted(pipeline.table());
      var before = pipeline.rows(shape);

      pipeline.use(change.after());

      assertThat(pipeline.migrate()).isEqualTo(Termination.EXIT_CODE);
      assertThat(pipeline.termination().map(Termination::message).orElse(""))
          .contains(requireNonNull(change.refusal()));
      assertThat(pipeline.rows(shape)).isEqualTo(before);
      assertThat(pipeline.rows("SELECT DISTINCT schema_hash FROM " + pipeline.offsetsTable()))
          .containsExactly("2:" + change.before().hash());
    }
  }

  static Stream<Change> done() {
    return SchemaChangeCases.changes().stream().filter(change -> change.refusal() == null);
  }

  @ParameterizedTest
  @MethodSource("done")
  void changesUnderARunningPipeline(Change change) throws Exception {
    var oldRecord = requireNonNull(change.oldRecord());
    var newRecord = requireNonNull(change.newRecord());
    try (var pipeline = TestPipeline.ready(change.before(), change.mode(), 1);
        var oldReader = new UnpausedReader(pipeline.definition(), pipeline.readerEnvironment())) {
      var before = pipeline.start("old");
      pipeline.send(0, null, oldRecord);
      pipeline.awaitCount(1);
      assertThat(oldReader.next()).hasSize(1);

      pipeline.use(change.after());
      assertThat(pipeline.migrate()).isZero();
      PipelineDefinition after = pipeline.definition();
      assertThat(oldReader.next()).hasSize(1);
      try (var newReader = new UnpausedReader(after, pipeline.readerEnvironment())) {
        pipeline.send(0, null, oldRecord);
        pipeline.send(0, null, newRecord);
        pipeline.start("new");
        before.stop();
        // In upsert mode the old record is the same row once more.
        var expected = change.mode() == LoadMode.UPSERT ? 2 : 3;
        pipeline.awaitCount(expected);
        assertThat(newReader.next()).hasSize(expected);
      }
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  @Test
  void asksAPersonBeforeItWritesALargeTableAnew() throws Exception {
    try (var pipeline = TestPipeline.ready(schema(FieldType.INT32), LoadMode.APPEND, 1);
        var reader = new UnpausedReader(pipeline.definition(), pipeline.readerEnvironment())) {
      pipeline.start("old");
      pipeline.send(0, null, record(1, "1"));
      pipeline.awaitCount(1);
      pipeline.limitRewrites(1000);

      // What leaves the rows as they are needs nobody's word.
      pipeline.use(
          new Schema(
              List.of(),
              Stream.concat(
                      schema(FieldType.INT32).fields().stream(),
                      Stream.of(new Field("y", FieldType.STRING, false, null)))
                  .toList(),
              UnknownFields.REJECT));
      assertThat(pipeline.migrate()).isZero();

      var wider = schema(FieldType.INT64);
      pipeline.use(wider);
      assertThat(pipeline.migrate()).isEqualTo(Termination.EXIT_CODE);
      var termination = pipeline.termination().orElseThrow();
      assertThat(termination.reason()).isEqualTo(Termination.Reason.RewriteNotAllowed);
      assertThat(termination.message())
          .contains("Widening 'x' from int32 to int64 writes the table")
          .contains("the platform allows 1000 B")
          .contains(
              "kubectl annotate --overwrite datapipeline %s -n ops acequia.dev/allow-rewrite=%s"
                  .formatted(pipeline.definition().name(), wider.hash()));
      assertThat(reader.next()).containsExactly("1|1");

      // A word about another schema is no word about this one.
      pipeline.allowRewrite("0123456789abcdef");
      assertThat(pipeline.migrate()).isEqualTo(Termination.EXIT_CODE);
      pipeline.allowRewrite(wider.hash());
      assertThat(pipeline.migrate()).isZero();
      assertThat(reader.next()).containsExactly("1|1");
    }
  }
}
