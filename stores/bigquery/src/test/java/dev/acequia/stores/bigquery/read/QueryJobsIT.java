package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TimePartition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RowText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls of a query, and what becomes of answers that the service gives in no order. */
class QueryJobsIT {
  private static final String JOB =
      "\"jobReference\":{\"projectId\":\"acequia\",\"jobId\":\"job_1\",\"location\":\"EU\"}";

  private static final ReaderLimits LIMITS =
      new ReaderLimits(Duration.ofSeconds(10), 1 << 20, 2, 1, Duration.ofSeconds(1));

  private static final ReaderLimits HASTY =
      new ReaderLimits(Duration.ofSeconds(2), 1 << 20, 2, 1, Duration.ofSeconds(1));

  private final ScriptedService service = new ScriptedService();
  private final StoreDefinition.BigQuery store =
      new StoreDefinition.BigQuery(
          "acequia",
          "read",
          "flights",
          "EU",
          service.endpoint(),
          null,
          5,
          new TimePartition("day", TimePartition.Unit.DAY),
          List.of(),
          5L << 30);
  private final PipelineDefinition definition =
      Pipelines.definition(
          store,
          Pipelines.schema(
              List.of("id"),
              new Field("id", FieldType.INT64, true, null),
              new Field("day", FieldType.DATE, false, null)),
          LoadMode.UPSERT,
          UUID.randomUUID(),
          1,
          null);
  private final RecordColumns columns = RecordColumns.of(definition);
  private final BigQueryReader reader = reader(LIMITS);

  private BigQueryReader reader(ReaderLimits limits) {
    return new BigQueryReader(definition, store, BigQueryReader.calls(store, Map.of()), limits);
  }

  @AfterEach
  void close() {
    reader.close();
    service.close();
  }

  private Query query() {
    var id = columns.require("id");
    return new Query(
        List.of(columns.all().getFirst()),
        new Comparison(id.field(), Operator.GT, new Literal(FieldType.INT64, 4L)),
        columns.total(List.of()),
        List.of(),
        10,
        0);
  }

  private List<String> read() throws Exception {
    return RowText.read(reader, query(), "|");
  }

  private static String rows(String more, long... ids) {
    var rows = new StringBuilder();
    for (var id : ids) {
      rows.append(rows.isEmpty() ? "" : ",").append("{\"f\":[{\"v\":\"" + id + "\"}]}");
    }
    return "{\"rows\":[" + rows + "]" + more + "}";
  }

  @Test
  void saysWhoAsksAndWhatItMayCost() throws Exception {
    service.reply(rows(",\"jobComplete\":true", 5));
    assertThat(read()).containsExactly("5");
    var call = service.call();
    assertThat(call.path()).isEqualTo("/bigquery/v2/projects/acequia/queries");
    var body = call.body();
    assertThat(body.path("query").asText()).startsWith("SELECT t.`id` AS c0 FROM");
    assertThat(body.path("queryParameters").path(0).path("parameterValue").path("value").asText())
        .isEqualTo("4");
    assertThat(body.path("useLegacySql").asBoolean(true)).isFalse();
    assertThat(body.path("maximumBytesBilled").asText()).isEqualTo(Long.toString(5L << 30));
    assertThat(body.path("labels").path("acequia_namespace").asText()).isEqualTo("ops");
    assertThat(body.path("labels").path("acequia_pipeline").asText()).isEqualTo("flights");
    assertThat(body.path("location").asText()).isEqualTo("EU");
    assertThat(body.path("maxResults").asInt()).isEqualTo(2);
    assertThat(body.path("jobTimeoutMs").asInt()).isBetween(1, 10_000);
    assertThat(body.path("timeoutMs").asInt()).isBetween(1, 10_000);
    assertThat(body.path("requestId").asText()).hasSize(36);
    assertThat(service.hasBeenAsked()).isFalse();
  }

  @Test
  void waitsForAJobAndReadsItsPages() throws Exception {
    service
        .reply("{" + JOB + ",\"jobComplete\":false}")
        .reply("{\"jobComplete\":false," + JOB + "}")
        .reply(
            rows(",\"pageToken\":\"a b\",\"jobComplete\":true,\"schema\":{\"fields\":[{}]}", 5, 6))
        .reply(rows(",\"jobComplete\":true", 7));
    assertThat(read()).containsExactly("5", "6", "7");
    service.call();
    var poll = service.call();
    assertThat(poll.verb()).isEqualTo("GET");
    assertThat(poll.path()).isEqualTo("/bigquery/v2/projects/acequia/queries/job_1");
    assertThat(poll.query()).contains("location=EU", "maxResults=2").doesNotContain("pageToken");
    service.call();
    assertThat(service.call().query()).contains("pageToken=a b");
    assertThat(service.hasBeenAsked()).isFalse();
  }

  @Test
  void endsAJobAtTheDeadline() throws Exception {
    for (var i = 0; i < 20_000; i++) {
      service.reply("{" + JOB + ",\"jobComplete\":false}");
    }
    try (var hasty = reader(HASTY)) {
      assertThatThrownBy(() -> RowText.read(hasty, query(), "|"))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
    }
    var call = service.call();
    while (!call.path().endsWith("/cancel")) {
      call = service.call();
    }
    assertThat(call.path()).isEqualTo("/bigquery/v2/projects/acequia/jobs/job_1/cancel");
    assertThat(call.query()).isEqualTo("location=EU");
  }

  @Test
  void endsAJobThatNobodyWaitsFor() throws Exception {
    service.reply("{" + JOB + ",\"jobComplete\":false}").refuse(404, "notFound");
    assertThatThrownBy(this::read).isInstanceOf(StoreReadException.class);
    service.call();
    service.call();
    assertThat(service.call().path()).endsWith("/jobs/job_1/cancel");
  }

  @Test
  void asksAgainUnderTheSameNameWhereAFailureMayPass() throws Exception {
    service
        .refuse(503, "backendError")
        .refuse(403, "rateLimitExceeded")
        .reply(502, "<html>bad gateway</html>")
        .reply(rows(",\"jobComplete\":true", 5));
    assertThat(read()).containsExactly("5");
    var name = service.call().body().path("requestId").asText();
    for (var again = 0; again < 3; again++) {
      assertThat(service.call().body().path("requestId").asText()).isEqualTo(name);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, bytesBilledLimitExceeded, TOO_COSTLY",
    "400, resourcesExceeded, TOO_COSTLY",
    "403, responseTooLarge, TOO_COSTLY",
    "403, quotaExceeded, BUSY",
    "400, stopped, TOO_SLOW",
    "404, notFound, REFUSED",
    "403, accessDenied, REFUSED",
    "401, authError, UNAVAILABLE"
  })
  void tellsRefusalsApart(int status, String reason, Reason told) {
    service.refuse(status, reason);
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(told))
        .message()
        .doesNotContain("acequia:", "flights");
  }

  @Test
  void saysByWhatAQueryWouldReadLess() {
    service.refuse(400, "bytesBilledLimitExceeded");
    assertThatThrownBy(this::read)
        .hasMessage(
            "the query would read more than the 5,120 MiB that a query may: ask for fewer or smaller"
                + " fields with select, and filter by fewer, or raise"
                + " spec.store.bigquery.maxBytesBilled");
  }

  /** A statement that the service takes, though not with these values. */
  @Test
  void tellsAWrongValueFromAWrongStatement() throws Exception {
    service.refuse(400, "invalidQuery").reply("{}");
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IMPOSSIBLE));
    service.call();
    assertThat(service.call().body().path("dryRun").asBoolean()).isTrue();
    service.refuse(400, "invalidQuery").refuse(400, "invalidQuery");
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
  }

  @Test
  void doesNotTakeABrokenAnswerForAWholeOne() {
    var whole = rows(",\"jobComplete\":true", 5, 6);
    for (var lost : List.of(1, 10, 25, 40)) {
      service.breakOff(whole, lost);
      assertThatThrownBy(this::read)
          .as("without %d bytes", lost)
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
    }
    service.reply("{\"rows\":[{\"f\":[{\"v\":\"5\"},{\"v\":\"6\"}]}],\"jobComplete\":true}");
    assertThatThrownBy(this::read).isInstanceOf(StoreReadException.class);
  }

  @Test
  void refusesARowThatIsTooLargeBeforeItIsHeld() {
    service.reply("{\"rows\":[{\"f\":[{\"v\":\"" + "5".repeat(2 << 20) + "\"}]}]}");
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
        .hasMessageContaining("1 MiB");
  }

  @Test
  void estimatesByTheTableAlone() throws Exception {
    service.reply("{\"numRows\":\"40\",\"streamingBuffer\":{\"estimatedRows\":\"2\"}}");
    assertThat(reader.estimate(query())).isEqualTo(42);
    var call = service.call();
    assertThat(call.path()).isEqualTo("/bigquery/v2/projects/acequia/datasets/read/tables/flights");
    assertThat(call.query()).isEqualTo("view=STORAGE_STATS");
  }

  @Test
  void probesWithoutReading() throws Exception {
    service.reply("{}");
    reader.probe();
    assertThat(service.call().body().path("dryRun").asBoolean()).isTrue();
    service.refuse(403, "accessDenied");
    assertThatThrownBy(reader::probe)
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
  }

  @Test
  void asksNothingForNoRows() throws Exception {
    var none = query().withLimit(0);
    assertThat(RowText.read(reader, none, "|")).isEmpty();
    assertThat(service.hasBeenAsked()).isFalse();
  }
}
