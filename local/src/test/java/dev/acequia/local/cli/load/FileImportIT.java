package dev.acequia.local.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.FlakyEndpoint.Misbehaviour;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.RecordFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import against an endpoint that fails on purpose. */
class FileImportIT {
  private static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT32, true, null),
              new Field("word", FieldType.STRING, false, null),
              new Field("amount", FieldType.DECIMAL, false, null),
              new Field("at", FieldType.TIMESTAMP, false, null)),
          UnknownFields.REJECT);

  @TempDir private Path folder;
  private FlakyEndpoint endpoint;
  private final Watch watch = new Watch();

  @BeforeEach
  void start() throws IOException {
    endpoint = new FlakyEndpoint(SCHEMA);
  }

  @AfterEach
  void stop() {
    endpoint.close();
  }

  @Test
  void sendsEveryRowOnceWhateverTheConnectionDoes() throws Exception {
    endpoint.misbehave(
        Misbehaviour.CUT_BEFORE,
        Misbehaviour.CUT_AFTER,
        Misbehaviour.OVERLOADED,
        Misbehaviour.HALF_STORED,
        Misbehaviour.CUT_AFTER,
        Misbehaviour.CUT_AFTER);

    var result = run(csv(numbered(1000)), options().skipBad(false));

    assertThat(result.isComplete()).isTrue();
    assertThat(result.accepted()).isEqualTo(1000);
    assertThat(ids()).hasSize(1000).doesNotHaveDuplicates();
    assertThat(watch.waits).isNotEmpty();
    assertThat(watch.recoveries).isPositive();
  }

  @Test
  void keepsTheFilesOrderForRecordsOfOneKey() throws Exception {
    var rows = new StringBuilder("id,word\n");
    for (var i = 0; i < 3000; i++) {
      rows.append(i % 7).append(",w").append(i).append('\n');
    }
    endpoint.misbehave(Misbehaviour.OVERLOADED, Misbehaviour.CUT_BEFORE);

    run(csv(rows.toString()), options().skipBad(false));

    var latest = new HashMap<Integer, Integer>();
    for (var record : endpoint.records()) {
      var number = Integer.parseInt(record.path("word").asText().substring(1));
      var before = latest.put(record.path("id").asInt(), number);
      assertThat(before == null || before < number).isTrue();
    }
  }

  @Test
  void namesTheLineFieldAndReasonOfABadRecordAndStops() throws Exception {
    var result =
        run(csv("id,word\n1,a\n2,\"two\nlines\"\nthree,c\n4,d\n"), options().skipBad(false));

    assertThat(result.isComplete()).isFalse();
    assertThat(result.failure()).isEqualTo("stopped at the first bad record");
    assertThat(watch.problems)
        .singleElement()
        .hasToString("line 5: id: expected an integer, found a string");
    assertThat(result.rejected()).isEqualTo(1);
  }

  @Test
  void skipsBadRecordsAndSendsTheOthers() throws Exception {
    var result =
        run(csv("id,word\n1,a\n2,b,extra\nx,c\n9999999999,d\n5,e\n"), options().skipBad(true));

    assertThat(ids()).containsExactlyInAnyOrder(1, 5);
    assertThat(result.accepted()).isEqualTo(2);
    assertThat(result.rejected()).isEqualTo(3);
    assertThat(result.isComplete()).isFalse();
    assertThat(watch.problems.stream().map(RecordProblem::toString))
        .containsExactlyInAnyOrder(
            "line 3: 3 columns, but the header has 2",
            "line 4: id: expected an integer, found a string",
            "line 5: id: the number is outside the range of int32");
  }

  @Test
  void convertsByTheEndpointsTypes() throws Exception {
    var rows =
        "Id,word,amount,at\n"
            + " 007 ,\"say \"\"é\"\"\",.50,2013-01-01 05:00\n"
            + "8,,NA,2013-01-01T10:00:00Z\n"
            + "9,\"\",+1e3,\n";

    run(csv(rows), options().zone(ZoneId.of("America/New_York")));

    assertThat(endpoint.lines())
        .containsExactlyInAnyOrder(
            "{\"id\":7,\"word\":\"say \\\"é\\\"\",\"amount\":0.50,\"at\":\"2013-01-01T05:00:00-05:00\"}",
            "{\"id\":8,\"at\":\"2013-01-01T10:00:00Z\"}",
            "{\"id\":9,\"word\":\"\",\"amount\":1e3}");
  }

  @Test
  void renamesFieldsOfNdjsonAsTheDraftDid() throws Exception {
    run(
        file(
            "in.ndjson",
            "{\"Id\": 1, \"word\": \"a\"}\n\n{\"id\":2,\"amount\":12345678901234567890.10}"),
        options());

    assertThat(ids()).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void givesUpAtOnceWhereRetryingCannotHelp() throws Exception {
    endpoint.misbehave(Misbehaviour.FORBIDDEN);

    var result = run(csv(numbered(1)), options());

    assertThat(result.failure())
        .isEqualTo(
            "the endpoint answered 401: No key (the key goes into --api-key or ACEQUIA_API_KEY)");
    assertThat(result.unknown()).isZero();
  }

  @Test
  void saysWhatItCouldNotReachWhenItsPatienceEnds() throws Exception {
    endpoint.misbehave(
        Collections.nCopies(50, Misbehaviour.CUT_BEFORE).toArray(Misbehaviour[]::new));

    var result = run(csv(numbered(5)), options().patience(Duration.ofMillis(300)));

    assertThat(result.failure())
        .startsWith("no answer in 0.3 s, the last try: the connection broke");
    assertThat(result.isComplete()).isFalse();
  }

  @Test
  void aResumedRunStoresNothingTwiceAndAnotherRunDoes() throws Exception {
    var file = csv(numbered(50));
    endpoint.misbehave(Misbehaviour.CUT_AFTER);
    var first = prepare(file, options());
    first.run(watch);

    prepare(file, options().resume(first.run())).run(watch);
    assertThat(ids()).hasSize(50);

    prepare(file, options()).run(watch);
    assertThat(ids()).hasSize(100);
  }

  @Test
  void refusesToResumeWithAnotherFile() throws Exception {
    var first = prepare(csv(numbered(50)), options());
    var other = csv(numbered(51));

    assertThatThrownBy(() -> prepare(other, options().resume(first.run())))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("are not those of that run");
  }

  @Test
  void aRepeatedRequestCarriesItsKeyAgain() throws Exception {
    endpoint.misbehave(Misbehaviour.CUT_AFTER, Misbehaviour.OVERLOADED);

    run(csv(numbered(1)), options());

    assertThat(endpoint.idempotencyKeys()).hasSize(3);
    assertThat(new HashSet<>(endpoint.idempotencyKeys())).hasSize(1);
  }

  @Test
  void namesColumnsWithoutFieldAndRequiredFieldsWithoutColumn() {
    assertThatThrownBy(() -> run(csv("id,wrod\n1,a\n"), options()))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("the endpoint has no field for 'wrod'; leave this column out with")
        .hasMessageContaining("--ignore wrod");
    assertThatThrownBy(() -> run(csv("word\na\n"), options()))
        .isInstanceOf(CommandException.class)
        .hasMessage("the endpoint requires 'id', for which the file has no column");
  }

  @Test
  void saysThatNothingAnswers() {
    var nobody = endpoint.endpoint();
    endpoint.close();

    assertThatThrownBy(() -> FileImport.prepare(csv(numbered(1)), nobody, options().build()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("nothing answers at http://127.0.0.1:");
  }

  private static String numbered(int count) {
    var rows = new StringBuilder("id,word\n");
    for (var i = 0; i < count; i++) {
      rows.append(i).append(",w").append(i).append('\n');
    }
    return rows.toString();
  }

  private List<Integer> ids() {
    return endpoint.records().stream()
        .map(record -> record.has("id") ? record.path("id").asInt() : record.path("Id").asInt())
        .toList();
  }

  private RecordFile csv(String text) throws IOException {
    return file("in.csv", text);
  }

  private RecordFile file(String name, String text) throws IOException {
    return RecordFile.of(Files.writeString(folder.resolve(name), text));
  }

  private ImportResult run(RecordFile file, Options options) throws InterruptedException {
    return prepare(file, options).run(watch);
  }

  private FileImport prepare(RecordFile file, Options options) throws InterruptedException {
    return FileImport.prepare(file, endpoint.endpoint(), options.build());
  }

  private static Options options() {
    return new Options(false, null, null, Duration.ofSeconds(30));
  }

  private record Options(
      boolean skipBad, @Nullable ZoneId zone, @Nullable String resume, Duration patience) {
    Options skipBad(boolean skip) {
      return new Options(skip, zone, resume, patience);
    }

    Options zone(ZoneId id) {
      return new Options(skipBad, id, resume, patience);
    }

    Options resume(String run) {
      return new Options(skipBad, zone, run, patience);
    }

    Options patience(Duration limit) {
      return new Options(skipBad, zone, resume, limit);
    }

    ImportOptions build() {
      var dialect = new CsvDialect(',', StandardCharsets.UTF_8, Set.of("NA"));
      return new ImportOptions(dialect, Set.of(), zone, 3, 100, skipBad, resume, patience);
    }
  }

  private static final class Watch implements ImportListener {
    final List<RecordProblem> problems = Collections.synchronizedList(new ArrayList<>());
    final List<String> waits = Collections.synchronizedList(new ArrayList<>());
    volatile int recoveries;

    @Override
    public void answered(int accepted, int rejected, double share) {}

    @Override
    public void problem(RecordProblem problem) {
      problems.add(problem);
    }

    @Override
    public void waiting(String reason, Duration delay) {
      waits.add(reason);
    }

    @Override
    public synchronized void recovered() {
      recoveries++;
    }
  }
}
