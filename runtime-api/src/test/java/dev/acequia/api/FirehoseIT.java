package dev.acequia.api;

import static dev.acequia.api.TestPipeline.required;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries as Amazon documents them for HTTP endpoints. */
class FirehoseIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String REQUEST = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";

  private static TestPipeline pipeline;

  @BeforeAll
  static void start(@TempDir Path keys) throws IOException {
    Files.writeString(keys.resolve("former"), "former-key");
    Files.writeString(keys.resolve("newer"), "newer-key\n");
    pipeline =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_SOURCES",
                "{\"firehose\":{}}",
                "ACEQUIA_FIREHOSE_KEYS_DIR",
                keys.toString()),
            LoadMode.APPEND,
            List.of(),
            required("id", FieldType.INT32));
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @BeforeEach
  void mark() {
    pipeline.mark();
  }

  private static String body(String id, String... data) {
    return """
    {"requestId": "%s", "timestamp": 1578090901599, "records": [%s]}
    """
        .formatted(
            id,
            Arrays.stream(data)
                .map(text -> Base64.getEncoder().encodeToString(text.getBytes(UTF_8)))
                .map(text -> "{\"data\": \"" + text + "\"}")
                .collect(Collectors.joining(", ")));
  }

  private static HttpResponse<String> deliver(String key, byte[] body, String... more)
      throws IOException {
    var headers =
        new java.util.ArrayList<>(
            List.of(
                "X-Amz-Firehose-Protocol-Version", "1.0",
                "X-Amz-Firehose-Request-Id", REQUEST,
                "X-Amz-Firehose-Source-Arn",
                    "arn:aws:firehose:us-west-2:123456789012:deliverystream/readings",
                "X-Amz-Firehose-Access-Key", key,
                "X-Amz-Firehose-Common-Attributes",
                    "{\"commonAttributes\":{\"deployment-context\":\"pre-prod\"}}"));
    headers.addAll(List.of(more));
    return pipeline.post("/v1/records", "application/json", body, headers.toArray(String[]::new));
  }

  private static HttpResponse<String> deliver(String key, String... data) throws IOException {
    return deliver(key, body(REQUEST, data).getBytes(UTF_8));
  }

  @Test
  void unwrapsRecordsAndAnswersInItsForm() throws IOException {
    for (var key : List.of("former-key", "newer-key")) {
      pipeline.mark();
      var answer = deliver(key, "{\"id\":1}", "{\"id\":2}\n{\"id\":3}\n", "{\"id\":4}{\"id\":5}");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
      var document = JSON.readTree(answer.body());
      assertThat(document.get("requestId").asText()).isEqualTo(REQUEST);
      assertThat(document.get("timestamp").isIntegralNumber()).isTrue();
      assertThat(document.has("errorMessage")).isFalse();
      var records = pipeline.topic(5);
      assertThat(new String(records.get(4).value(), UTF_8)).isEqualTo("{\"id\":5}");
      assertThat(
              new String(
                  records.get(0).headers().lastHeader("firehose_deployment-context").value(),
                  UTF_8))
          .isEqualTo("pre-prod");
    }
  }

  /** Nobody has to wait for it, nor to keep any of it. */
  @Test
  void refusesAWrongKeyBeforeTheBodyComes() throws IOException {
    try (var socket = new java.net.Socket("127.0.0.1", pipeline.api.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("POST /v1/records HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                      + "X-Amz-Firehose-Request-Id: "
                      + REQUEST
                      + "\r\nX-Amz-Firehose-Access-Key: wrong\r\nContent-Length: 10000000\r\n\r\n{")
                  .getBytes(UTF_8));

      var status = new byte[12];
      assertThat(socket.getInputStream().readNBytes(status, 0, status.length))
          .isEqualTo(status.length);
      assertThat(new String(status, UTF_8)).isEqualTo("HTTP/1.1 401");
    }
  }

  @Test
  void namesRecordsByRequestAndPlace() throws IOException {
    deliver("newer-key", "{\"id\":1}", "{\"id\":2}\n{\"id\":3}");

    assertThat(pipeline.topic(3))
        .extracting(
            record ->
                new String(
                        record.headers().lastHeader(RecordHeader.IDEMPOTENCY_KEY.key()).value(),
                        UTF_8)
                    + "/"
                    + new String(
                        record.headers().lastHeader(RecordHeader.IDEMPOTENCY_INDEX.key()).value(),
                        UTF_8))
        .containsExactly(
            "firehose:" + REQUEST + ":0/0",
            "firehose:" + REQUEST + ":1/0",
            "firehose:" + REQUEST + ":1/1");
  }

  @Test
  void takesCompressedDeliveries() throws IOException {
    var body = Compressed.by("gzip", body(REQUEST, "{\"id\":1}").getBytes(UTF_8));

    assertThat(deliver("newer-key", body, "Content-Encoding", "gzip").statusCode()).isEqualTo(200);
    pipeline.topic(1);
  }

  /** Else it would send the whole request again and again, and in the end put it aside. */
  @Test
  void doesNotLetOneBadRecordSinkTheOthers() throws IOException {
    assertThat(deliver("newer-key", "{\"id\":1}", "{\"id\":\"x\"}", "{\"id\":3}").statusCode())
        .isEqualTo(200);
    pipeline.topic(3);
  }

  @Test
  void refusesOtherKeysInItsForm() throws IOException {
    var answer = deliver("wrong", "{\"id\":1}");

    assertThat(answer.statusCode()).isEqualTo(401);
    var document = JSON.readTree(answer.body());
    assertThat(document.get("requestId").asText()).isEqualTo(REQUEST);
    assertThat(document.get("errorMessage").asText()).isNotBlank();
    pipeline.topic(0);
  }

  @Test
  void refusesWhatIsNoDelivery() throws IOException {
    var id = "\"requestId\":\"" + REQUEST + "\"";
    for (var body :
        List.of(
            body("another", "{\"id\":1}"),
            "{}",
            "nonsense",
            "{" + id + "}",
            "{" + id + ",\"records\":[{\"data\":\"***\"}]}",
            "{" + id + ",\"records\":[{}]}")) {
      var answer = deliver("newer-key", body.getBytes(UTF_8));
      assertThat(answer.statusCode()).as(body + answer.body()).isEqualTo(400);
      assertThat(answer.body()).contains("errorMessage");
    }
    pipeline.topic(0);
  }

  @Test
  void refusesVeryManyRecords() throws IOException {
    var body =
        "{\"requestId\":\"%s\",\"records\":[%s{\"data\":\"\"}]}"
            .formatted(REQUEST, "{\"data\":\"\"},".repeat(100_000));
    var answer = deliver("newer-key", body.getBytes(UTF_8));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(JSON.readTree(answer.body()).get("errorMessage").asText())
        .contains("at most 100,000 records");
    pipeline.topic(0);
  }

  /** It cannot send an API key, and has one of its own. */
  @Test
  void needsNoApiKeyWhereOthersDo(@TempDir Path keys, @TempDir Path none) throws IOException {
    Files.writeString(keys.resolve("one"), "its-own");
    try (var closed =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_SOURCES", "{\"firehose\":{},\"cloudEvents\":{}}",
                "ACEQUIA_FIREHOSE_KEYS_DIR", keys.toString(),
                "ACEQUIA_API_KEYS_DIR", none.toString()),
            LoadMode.APPEND,
            List.of(),
            required("id", FieldType.INT32))) {
      var body = body(REQUEST, "{\"id\":1}");
      var id = "X-Amz-Firehose-Request-Id";
      var key = "X-Amz-Firehose-Access-Key";
      assertThat(closed.post("application/json", body, id, REQUEST, key, "its-own").statusCode())
          .isEqualTo(200);
      for (var refused :
          List.of(
              closed.post("application/json", body, id, REQUEST, key, "wrong"),
              closed.post("application/json", "{\"id\":1}"),
              closed.post("application/json", "{\"id\":1}", "ce-specversion", "1.0", "ce-id", "1"),
              closed.post("application/json", "{\"id\":1}", "x-amz-sns-message-type", "a"))) {
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
      }
    }
  }
}
