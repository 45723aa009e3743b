package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IngestIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NDJSON = "application/x-ndjson";

  private static TestPipeline pipeline;

  @BeforeAll
  static void start() {
    pipeline = newPipeline();
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @BeforeEach
  void mark() {
    pipeline.mark();
  }

  private static TestPipeline newPipeline() {
    return TestPipeline.start(
        LoadMode.UPSERT,
        List.of("id", "code"),
        required("id", FieldType.INT32),
        required("code", FieldType.STRING),
        field("note", FieldType.STRING));
  }

  private static String value(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), UTF_8);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, RecordHeader name) {
    return new String(record.headers().lastHeader(name.key()).value(), UTF_8);
  }

  @Test
  void keepsEachRecordByteForByteUnderItsKey() throws IOException {
    var answer =
        pipeline.post(
            "application/json; charset=utf-8",
            "[ {\"id\":1, \"code\":\"a\\u0062\"} ,{\"note\":\"ñ🛶\",\"code\":\"c\",\"id\":2}\n]");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"accepted\":2}");
    var records = pipeline.topic(2);
    assertThat(value(records.get(0))).isEqualTo("{\"id\":1, \"code\":\"a\\u0062\"}");
    assertThat(new String(records.get(0).key(), UTF_8)).isEqualTo("[1,\"ab\"]");
    assertThat(value(records.get(1))).isEqualTo("{\"note\":\"ñ🛶\",\"code\":\"c\",\"id\":2}");
    assertThat(records.get(0).headers()).isEmpty();
  }

  @Test
  void takesOneObjectAndLines() throws IOException {
    assertThat(pipeline.post("application/json", "{\"id\":1,\"code\":\"a\"}").body())
        .isEqualTo("{\"accepted\":1}");
    assertThat(
            pipeline
                .post(NDJSON, "{\"id\":2,\"code\":\"a\"}\r\n\n{\"id\":3,\"code\":\"a\"}")
                .body())
        .isEqualTo("{\"accepted\":2}");
    assertThat(pipeline.post("application/json", "[]").body()).isEqualTo("{\"accepted\":0}");
    pipeline.topic(3);
  }

  @Test
  void namesEveryBadRecordAndSendsNone() throws IOException {
    var answer =
        pipeline.post(
            "application/json",
            "[{\"id\":1,\"code\":\"a\"},{\"id\":\"x\",\"code\":\"a\"},{\"id\":3},"
                + "{\"id\":4,\"code\":\"a\",\"colour\":1},7,{\"id\":1e9999999999,\"code\":\"\"}]");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    var problem = JSON.readTree(answer.body());
    assertThat(problem.get("type").asText()).isEqualTo("urn:acequia:problem:invalid-records");
    assertThat(problem.get("rejected").asInt()).isEqualTo(5);
    var errors = problem.get("errors");
    assertThat(errors)
        .extracting(error -> error.get("index").asInt())
        .containsExactly(1, 2, 3, 4, 5);
    assertThat(errors.get(0).get("field").asText()).isEqualTo("id");
    assertThat(errors.get(1).get("field").asText()).isEqualTo("code");
    assertThat(errors.get(2).get("field").asText()).isEqualTo("colour");
    assertThat(errors).allSatisfy(error -> assertThat(error.get("reason").asText()).isNotBlank());
    pipeline.topic(0);
  }

  @Test
  void tellsTheFirstHundredOfManyErrors() throws IOException {
    var problem = JSON.readTree(pipeline.post(NDJSON, "{}\n".repeat(250)).body());

    assertThat(problem.get("rejected").asInt()).isEqualTo(250);
    assertThat(problem.get("errors")).hasSize(100);
  }

  @Test
  void skipsBadRecordsWhenAskedTo() throws IOException {
    var answer =
        pipeline.post(
            "/v1/records?onError=skip",
            NDJSON,
            "{\"id\":1,\"code\":\"a\"}\nnonsense\n{\"id\":2,\"code\":\"b\"}\n{".getBytes(UTF_8));

    var result = JSON.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(result.get("accepted").asInt()).isEqualTo(2);
    assertThat(result.get("rejected").asInt()).isEqualTo(2);
    assertThat(result.get("errors"))
        .extracting(error -> error.get("index").asInt())
        .containsExactly(1, 3);
    pipeline.topic(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-ndjson", "application/json", "text/csv"})
  void streamsMoreThanItHolds(String contentType) throws IOException {
    var lines = 30_000;
    var long1000 = "x".repeat(1000);
    var body =
        switch (contentType) {
          case "application/json" ->
              new Repeated("[", "{\"id\":1,\"code\":\"" + long1000 + "\"},\n", lines - 1)
                  .then("{\"id\":1,\"code\":\"last\"}]");
          case "text/csv" -> new Repeated("id,code\n", "1," + long1000 + "\n", lines).then("");
          default -> new Repeated("", "{\"id\":1,\"code\":\"" + long1000 + "\"}\n", lines).then("");
        };

    var answer =
        pipeline.send(
            pipeline
                .request("/v1/records?onError=skip")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofInputStream(() -> body)));

    assertThat(answer.body()).isEqualTo("{\"accepted\":30000,\"rejected\":0,\"errors\":[]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?onError=skip"})
  void takesRowsOfCsvByTheirTypes(String query) throws IOException {
    var answer =
        pipeline.post(
            "/v1/records" + query,
            "text/csv; charset=utf-8",
            "code,id,note\r\n\"a,\"\"b\"\"\",1,\r\nñ🛶,2,\"\"\r\n".getBytes(UTF_8),
            "Idempotency-Key",
            "rows");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var records = pipeline.topic(2);
    assertThat(value(records.get(0))).isEqualTo("{\"code\":\"a,\\\"b\\\"\",\"id\":1}");
    assertThat(new String(records.get(0).key(), UTF_8)).isEqualTo("[1,\"a,\\\"b\\\"\"]");
    assertThat(value(records.get(1))).isEqualTo("{\"code\":\"ñ🛶\",\"id\":2,\"note\":\"\"}");
    assertThat(header(records.get(1), RecordHeader.IDEMPOTENCY_INDEX)).isEqualTo("1");
  }

  @Test
  void refusesACsvBodyWithOneBadRowAsAWhole() throws IOException {
    var answer = pipeline.post("text/csv", "id,code\n1,a\nx,b\n3\n4,d\n");

    assertThat(answer.statusCode()).isEqualTo(400);
    var errors = JSON.readTree(answer.body()).get("errors");
    assertThat(errors.toString())
        .isEqualTo(
            "[{\"index\":1,\"field\":\"id\",\"reason\":\"expected an integer, found 'x'\"},"
                + "{\"index\":2,\"reason\":\"the row has 1 column, the header 2\"}]");
    pipeline.topic(0);
  }

  @Test
  void saysWhatCameInBeforeABodyBroke() throws IOException {
    var answer =
        pipeline.post(
            "/v1/records?onError=skip",
            "application/json",
            "[{\"id\":1,\"code\":\"a\"},7,{\"id\":2,\"code\":\"b\"},{\"id\":3".getBytes(UTF_8));

    assertThat(answer.statusCode()).isEqualTo(400);
    var problem = JSON.readTree(answer.body());
    assertThat(problem.get("accepted").asInt()).isEqualTo(2);
    assertThat(problem.get("rejected").asInt()).isEqualTo(1);
    pipeline.topic(2);
  }

  @ParameterizedTest
  @CsvSource({"gzip, ''", "zstd, ''", "gzip, ?onError=skip", "zstd, ?onError=skip"})
  void takesCompressedBodies(String coding, String query) throws IOException {
    var bodies =
        Map.of(
            NDJSON,
            "{\"id\":1,\"code\":\"a\"}\n".repeat(1000),
            "text/csv",
            "id,code\n" + "1,a\n".repeat(1000),
            "application/json",
            "[" + "{\"id\":1,\"code\":\"a\"},".repeat(999) + "{\"id\":1,\"code\":\"a\"}]");
    for (var body : bodies.entrySet()) {
      var answer =
          pipeline.post(
              "/v1/records" + query,
              body.getKey(),
              Compressed.by(coding, body.getValue().getBytes(UTF_8)),
              "Content-Encoding",
              coding);

      assertThat(answer.statusCode()).as(body.getKey() + answer.body()).isEqualTo(200);
      assertThat(JSON.readTree(answer.body()).get("accepted").asInt()).isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?onError=skip"})
  void refusesABombAndADamagedBody(String query) throws IOException {
    for (var coding : List.of("gzip", "zstd")) {
      var bomb = Compressed.by(coding, new byte[60 << 20]);
      var refused = pipeline.post("/v1/records" + query, NDJSON, bomb, "Content-Encoding", coding);
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);

      var whole = Compressed.by(coding, "{\"id\":1,\"code\":\"a\"}\n".repeat(1000).getBytes(UTF_8));
      var cut = Arrays.copyOf(whole, whole.length - 9);
      var damaged = pipeline.post("/v1/records" + query, NDJSON, cut, "Content-Encoding", coding);
      assertThat(damaged.statusCode()).as(damaged.body()).isEqualTo(400);
      assertThat(damaged.body()).contains("Content-Encoding");
    }
  }

  @Test
  void boundsABodyThatIsCheckedWhole() throws IOException {
    var line = "{\"id\":1,\"code\":\"" + "x".repeat(1000) + "\"}\n";
    for (var publisher :
        List.of(
            BodyPublishers.ofByteArray(new byte[17 << 20]),
            BodyPublishers.ofInputStream(() -> new Repeated("", line, 17_000).then("")))) {
      var answer =
          pipeline.send(
              pipeline.request("/v1/records").header("Content-Type", NDJSON).POST(publisher));

      assertThat(answer.statusCode()).isEqualTo(413);
      assertThat(answer.body()).contains("onError=skip");
    }
    pipeline.topic(0);
  }

  @Test
  void refusesOneRecordThatIsTooLarge() throws IOException {
    var large = "{\"id\":1,\"code\":\"a\",\"note\":\"" + "x".repeat(1 << 20) + "\"}";

    var answer = pipeline.post("application/json", large);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(answer.body()).at("/errors/0/index").asInt()).isZero();
    var almost = "{\"id\":1,\"code\":\"a\",\"note\":\"" + "x".repeat(1_000_000) + "\"}";
    assertThat(pipeline.post("application/json", almost).statusCode()).isEqualTo(200);
  }

  @Test
  void givesEachRecordTheRequestsNameAndItsIndex() throws IOException {
    var answer =
        pipeline.post(
            NDJSON,
            "{\"id\":1,\"code\":\"a\"}\n{\"id\":2,\"code\":\"b\"}",
            "Idempotency-Key",
            "\"chunk-7\"");

    assertThat(answer.statusCode()).isEqualTo(200);
    var records = pipeline.topic(2);
    for (var i = 0; i < 2; i++) {
      assertThat(header(records.get(i), RecordHeader.IDEMPOTENCY_KEY)).isEqualTo("\"chunk-7\"");
      assertThat(header(records.get(i), RecordHeader.IDEMPOTENCY_INDEX))
          .isEqualTo(Integer.toString(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"with space", "ñ"})
  void refusesAnUnfitIdempotencyKey(String key) throws IOException {
    try (var socket = new Socket("127.0.0.1", pipeline.api.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /v1/records HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                      + "Content-Length: 2\r\nConnection: close\r\nIdempotency-Key: "
                      + key
                      + "\r\n\r\n[]")
                  .getBytes(UTF_8));
      var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 400").contains("Idempotency-Key");
    }
  }

  @Test
  void refusesAnOverlongIdempotencyKey() throws IOException {
    assertThat(
            pipeline
                .post("application/json", "[]", "Idempotency-Key", "k".repeat(256))
                .statusCode())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | '' | 400",
        "application/json | ' ' | 400",
        "application/x-ndjson | '' | 400",
        "application/json | { | 400",
        "application/json | [{\"id\":1,\"code\":\"a\"} | 400",
        "application/json | null | 400",
        "application/json | \"text\" | 400",
        "application/json | {\"id\":1,\"code\":\"a\"}{\"id\":2,\"code\":\"a\"} | 400",
        "application/json | [{\"id\":1,\"code\":\"a\"}}{\"id\":2,\"code\":\"a\"}] | 400",
        "application/json | {\"id\":1,\"id\":2,\"code\":\"a\"} | 400",
        "application/json | {\"id\":1,\"code\":\"\\ud800\"} | 400",
        "application/json | {\"id\":1,\"code\":\"\\u0000\"} | 400",
        "application/json | {\"id\":NaN,\"code\":\"a\"} | 400",
        "application/x-www-form-urlencoded | {\"id\":1,\"code\":\"a\"} | 415",
        "text/plain | {\"id\":1,\"code\":\"a\"} | 415",
        "application/json;charset=utf-16 | {} | 415",
      })
  void refusesBadBodies(String contentType, String body, int status) throws IOException {
    var answer = pipeline.post(contentType, body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    var problem = JSON.readTree(answer.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asText()).isNotBlank();
    pipeline.topic(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/x-ndjson", "text/csv"})
  void takesAByteOrderMarkAndRefusesOtherEncodingsByTheirNames(String contentType)
      throws IOException {
    var body = contentType.equals("text/csv") ? "id,code\n1,a\n" : "{\"id\":1,\"code\":\"a\"}\n";
    for (var query : List.of("", "?onError=skip")) {
      var address = "/v1/records" + query;
      var marked = pipeline.post(address, contentType, ("\ufeff" + body).getBytes(UTF_8));
      assertThat(marked.body()).startsWith("{\"accepted\":1");
      for (var encoding : List.of(UTF_16LE, UTF_16BE)) {
        for (var mark : List.of("", "\ufeff")) {
          var answer = pipeline.post(address, contentType, (mark + body).getBytes(encoding));
          assertThat(answer.statusCode()).isEqualTo(400);
          assertThat(JSON.readTree(answer.body()).get("detail").asText())
              .startsWith("The body is in " + encoding.name());
        }
      }
    }
    pipeline.topic(2);
  }

  @Test
  void saysHowToWriteAnAddressThatIsNotAscii() throws IOException {
    assertThat(
            pipeline.raw(
                "GET /v1/records?code=eq.日本 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("must be percent-encoded");
  }

  @Test
  void refusesInvalidUtf8AndEndlessDepth() throws IOException {
    var invalid = "{\"id\":1,\"code\":\"_\"}".getBytes(UTF_8);
    invalid[invalid.length - 3] = (byte) 0xff;
    assertThat(pipeline.post("/v1/records", "application/json", invalid).statusCode())
        .isEqualTo(400);
    for (var deep : List.of("[".repeat(1_000_000), "{\"a\":".repeat(1_000_000))) {
      assertThat(pipeline.post("application/json", "[" + deep).statusCode()).isEqualTo(400);
      assertThat(pipeline.post(NDJSON, deep).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void refusesParametersItDoesNotKnow() throws IOException {
    for (var query : List.of("onError=ignore", "onErorr=skip", "onError=skip&onError=reject")) {
      var answer = pipeline.post("/v1/records?" + query, "application/json", "[]".getBytes(UTF_8));
      assertThat(answer.statusCode()).as(query).isEqualTo(400);
    }
  }

  /** As postgrest-js sends an array. */
  @Test
  void takesRecordsOfTheColumnsThatTheAddressNames() throws IOException {
    var answer =
        pipeline.post(
            "/v1/records?columns=%22id%22%2C%22code%22",
            "application/json",
            "[{\"id\":1,\"code\":\"a\"},{\"code\":\"b\",\"id\":2}]".getBytes(UTF_8));
    assertThat(answer.body()).isEqualTo("{\"accepted\":2}");
    assertThat(pipeline.topic(2)).hasSize(2);

    var beside =
        pipeline.post(
            "/v1/records?columns=id,code",
            "application/json",
            "[{\"id\":1,\"code\":\"a\",\"note\":null}]".getBytes(UTF_8));
    assertThat(beside.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(beside.body()).at("/errors/0/field").asText()).isEqualTo("note");

    var unknown =
        pipeline.post("/v1/records?columns=id,colour", "application/json", "[]".getBytes(UTF_8));
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("'colour'");
  }

  @Test
  void refusesEncodedBodiesByName() throws IOException {
    var answer = pipeline.post("application/json", "[]", "Content-Encoding", "br");

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("'br'");
  }

  @Test
  void countsWhatBecameOfRecords() throws IOException, InterruptedException {
    try (var counted = newPipeline()) {
      counted.post(NDJSON, "{\"id\":1,\"code\":\"a\"}\n{\"id\":2,\"code\":\"b\"}");
      counted.post(NDJSON, "{}");

      var labels = "pipeline=\"" + counted.definition.name() + "\",pipeline_namespace=\"test\"";
      var metrics = counted.management("/metrics").body();
      assertThat(metrics)
          .contains("acequia_ingest_records_total{" + labels + ",result=\"accepted\"} 2.0")
          .contains("acequia_ingest_records_total{" + labels + ",result=\"rejected\"} 1.0")
          .contains("acequia_ingest_request_seconds_count{" + labels + ",status=\"200\"} 1")
          .contains("acequia_ingest_request_seconds_count{" + labels + ",status=\"400\"} 1");
    }
  }

  /** A text, then another again and again, without holding them all. */
  private static final class Repeated extends InputStream {
    private final byte[] bytes;
    private final byte[] first;
    private final long length;
    private long at;

    Repeated(String first, String again, int times) {
      this.first = first.getBytes(UTF_8);
      this.bytes = again.getBytes(UTF_8);
      this.length = this.first.length + (long) bytes.length * times;
    }

    InputStream then(String last) {
      return new SequenceInputStream(this, new ByteArrayInputStream(last.getBytes(UTF_8)));
    }

    @Override
    public int read() {
      if (at == length) {
        return -1;
      }
      var next =
          at < first.length ? first[(int) at] : bytes[(int) ((at - first.length) % bytes.length)];
      at++;
      return next & 0xff;
    }
  }
}
