package dev.acequia.local.cli.load;

import static java.util.Objects.requireNonNull;
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
import java.io.ByteArrayInputStream;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        run(
            csv("id,word\n1,a\n2,b,extra\nx,c\n9999999999,d\n5,e\n6,\0\n"),
            options().skipBad(true));

    assertThat(ids()).containsExactlyInAnyOrder(1, 5);
    assertThat(result.accepted()).isEqualTo(2);
    assertThat(result.rejected()).isEqualTo(4);
    assertThat(result.isComplete()).isFalse();
    assertThat(watch.problems.stream().map(RecordProblem::toString))
        .containsExactlyInAnyOrder(
            "line 3: 3 columns, but the header has 2",
            "line 4: id: expected an integer, found a string",
            "line 5: id: the number is outside the range of int32",
            "line 7: word: the character \\u0000 cannot be stored");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id,word\n1,a\n2,b\n3,\"c\n4,d\n5,e\n",
        "id,word\n1,a\n2,b\n3,\"c",
        "id,word\n1,a\n2,b\n3,\"c\" ,d\n4,d\n",
        "id,word\n1,a\n2,b\n3, \"c\"\n4,d\n"
      })
  void sendsWhatStandsBeforeAFaultOfTheFileAndNothingAfter(String text) throws Exception {
    var result = run(csv(text), options().skipBad(true));

    assertThat(result.isComplete()).isFalse();
    assertThat(result.unreadable()).isTrue();
    assertThat(result.failure()).contains("in.csv: line 4: ");
    assertThat(result.accepted()).isEqualTo(2);
    assertThat(ids()).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aFileCutWithinAQuotedFieldIsNotTakenForWhole() throws Exception {
    var text = "id,word\n1,\"a \"\"b\"\", c\"\n2,\"d\ne\"\n3,\"\"\n";
    for (var cut = text.indexOf('1'); cut < text.length(); cut++) {
      var result = run(csv(text.substring(0, cut)), options().skipBad(false));
      var quotes = text.substring(0, cut).chars().filter(c -> c == '"').count();

      assertThat(result.unreadable()).as(text.substring(0, cut)).isEqualTo(quotes % 2 == 1);
      assertThat(result.isComplete() && quotes % 2 == 1).isFalse();
    }
  }

  @Test
  void refusesALocalTimeThatTheClocksRepeatOrLeaveOut() throws Exception {
    var rows =
        """
        id,at
        1,2024-10-27 01:30
        2,2024-10-27 02:30
        3,2024-10-27T03:30
        4,2024-03-31 02:30:00.5
        5,2024-10-27
        6,2024-10-27T02:30:00+01:00
        """;

    var result = run(csv(rows), options().zone(ZoneId.of("Europe/Madrid")).skipBad(true));

    assertThat(result.rejected()).isEqualTo(2);
    assertThat(watch.problems.stream().map(RecordProblem::toString))
        .containsExactly(
            "line 3: at: '2024-10-27 02:30' exists twice in Europe/Madrid, whose clocks were set"
                + " from +02:00 to +01:00 then; write the offset in the file, such as"
                + " 2024-10-27T02:30:00+02:00, or name a fixed one, such as --zone +02:00",
            "line 5: at: '2024-03-31 02:30:00.5' does not exist in Europe/Madrid, whose clocks were"
                + " set from +01:00 to +02:00 then; write the offset in the file, such as"
                + " 2024-03-31T02:30:00.5+01:00, or name a fixed one, such as --zone +01:00");
    assertThat(endpoint.records().stream().map(record -> record.path("at").asText()))
        .containsExactlyInAnyOrder(
            "2024-10-27T01:30:00+02:00",
            "2024-10-27T03:30:00+01:00",
            "2024-10-27T00:00:00+02:00",
            "2024-10-27T02:30:00+01:00");
  }

  @Test
  void aDateIsTheZonesMidnightIfThereIsOne() throws Exception {
    run(csv("id,at\n1,2018-11-03\n"), options().zone(ZoneId.of("America/Sao_Paulo")));
    run(csv("id,at\n2,2018-11-04\n"), options().zone(ZoneId.of("America/Sao_Paulo")));
    run(csv("id,at\n3,2018-11-04\n"), options());

    assertThat(endpoint.records().stream().map(record -> record.path("at").asText()))
        .containsExactly("2018-11-03T00:00:00-03:00", "2018-11-04");
    assertThat(watch.problems)
        .singleElement()
        .extracting(RecordProblem::toString)
        .asString()
        .startsWith("line 2: at: '2018-11-04' does not exist in America/Sao_Paulo");
  }

  @Test
  void aFieldOfJsonIsOneValueAndNoMoreFields() throws Exception {
    useEndpoint(
        new Schema(
            List.of(),
            List.of(
                new Field("doc", FieldType.JSON, false, null),
                new Field("word", FieldType.STRING, false, null)),
            UnknownFields.REJECT));

    var result =
        run(
            csv("doc\n\"1,\"\"word\"\":\"\"x\"\"\"\n\"{\"\"k\"\":\n1}\"\nplain\n"),
            options().skipBad(true));

    assertThat(endpoint.lines()).containsExactly("{\"doc\":{\"k\": 1}}");
    assertThat(result.rejected()).isEqualTo(2);
    assertThat(watch.problems.stream().map(RecordProblem::line)).containsExactly(2L, 5L);
    assertThat(watch.problems.stream().map(RecordProblem::field)).containsOnly("doc");
  }

  @Test
  void saysWhichColumnsAnEndpointDrops() throws Exception {
    useEndpoint(new Schema(SCHEMA.key(), SCHEMA.fields(), UnknownFields.DROP));

    run(csv("id,wrod,Other One\n1,a,b\n"), options());

    assertThat(watch.remarks)
        .containsExactly(
            "the endpoint has no field for 'wrod', 'other_one' and drops unknown ones; left out");
    assertThatThrownBy(() -> run(csv("wrod\na\n"), options()))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("none of the file's columns is a field of the endpoint");
  }

  @Test
  void refusesToIgnoreAColumnThatIsNotThere() {
    var options =
        new ImportOptions(
            options().build().dialect(),
            Set.of("wrod"),
            null,
            1,
            100,
            false,
            null,
            Duration.ofSeconds(30));

    assertThatThrownBy(
            () ->
                FileImport.prepare(csv("id,word\n1,a\n"), endpoint.endpoint(), options).run(watch))
        .isInstanceOf(CommandException.class)
        .hasMessage("--ignore: the file has no column 'wrod'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"in.csv", "in.ndjson"})
  void anEmptyFileIsNoImport(String name) throws Exception {
    var empty = file(name, "");

    try {
      assertThat(run(empty, options()).failure()).endsWith(name + ": the file is empty");
    } catch (CommandException e) {
      assertThat(e).hasMessageEndingWith(name + ": the file is empty");
    }
  }

  @Test
  void readsStandardInputOnce() throws Exception {
    var input =
        RecordFile.standardInput(
            new ByteArrayInputStream("{\"id\":1}\n{\"id\":2}\n".getBytes(StandardCharsets.UTF_8)),
            null);
    var run = prepare(input, options());

    assertThat(run.run(watch).accepted()).isEqualTo(2);
    assertThat(run.run()).isNull();
    assertThatThrownBy(() -> prepare(input, options().resume("00000000-0")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("standard input cannot be read again");
  }

  @Test
  void refusesADelimiterThatTheFileDoesNotHave() {
    var assumed = new CsvDialect(',', false, StandardCharsets.UTF_8, Set.of());
    var options =
        new ImportOptions(assumed, Set.of(), null, 1, 100, true, null, Duration.ofSeconds(30));

    assertThatThrownBy(
            () ->
                FileImport.prepare(csv("id;word\n1;a\n"), endpoint.endpoint(), options).run(watch))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("name the character: --delimiter ';'");
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

    prepare(file, options().resume(requireNonNull(first.run()))).run(watch);
    assertThat(ids()).hasSize(50);

    prepare(file, options()).run(watch);
    assertThat(ids()).hasSize(100);
  }

  @Test
  void refusesToResumeWithAnotherFile() throws Exception {
    var first = prepare(csv(numbered(50)), options());
    var other = csv(numbered(51));

    assertThatThrownBy(() -> prepare(other, options().resume(requireNonNull(first.run()))))
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

  private void useEndpoint(Schema schema) throws IOException {
    endpoint.close();
    endpoint = new FlakyEndpoint(schema);
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
      var dialect = new CsvDialect(',', true, StandardCharsets.UTF_8, Set.of("NA"));
      return new ImportOptions(dialect, Set.of(), zone, 3, 100, skipBad, resume, patience);
    }
  }

  private static final class Watch implements ImportListener {
    final List<RecordProblem> problems = Collections.synchronizedList(new ArrayList<>());
    final List<String> remarks = Collections.synchronizedList(new ArrayList<>());
    final List<String> waits = Collections.synchronizedList(new ArrayList<>());
    volatile int recoveries;

    @Override
    public void answered(int accepted, int rejected, double share) {}

    @Override
    public void problem(RecordProblem problem) {
      problems.add(problem);
    }

    @Override
    public void remark(String text) {
      remarks.add(text);
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
