package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events in the modes of CloudEvents' HTTP binding. */
class CloudEventsIT {
  private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";

  private static TestPipeline pipeline;

  @BeforeAll
  static void start() {
    pipeline =
        TestPipeline.start(
            Map.of("ACEQUIA_SOURCES", "{\"cloudEvents\":{\"attributesField\":\"event\"}}"),
            LoadMode.APPEND,
            List.of(),
            required("n", FieldType.DECIMAL),
            field("event", FieldType.JSON));
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @BeforeEach
  void mark() {
    pipeline.mark();
  }

  private static String event(String id, String rest) {
    return """
    {"specversion":"1.0","type":"dev.example.measured","source":"/sensors/1","id":"%s",
     "time":"2026-01-01T12:00:00Z","comexampleextension1":7%s}
    """
        .formatted(id, rest);
  }

  /** As small as they are in the body, in memory each takes a hundred bytes. */
  @Test
  void refusesABatchOfVeryManyAttributes() throws IOException {
    var more = new StringBuilder();
    for (var i = 0; i < 100; i++) {
      more.append(",\"a").append(i).append("\":1");
    }
    var events = new StringBuilder("[");
    for (var i = 0; i < 10_000; i++) {
      events
          .append(i == 0 ? "" : ",")
          .append("{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"s\",\"id\":\"")
          .append(i)
          .append('"')
          .append(more)
          .append(",\"data\":{\"n\":1}}");
    }

    var answer =
        pipeline.post(
            "/v1/records",
            "application/cloudevents-batch+json",
            events.append(']').toString().getBytes(UTF_8));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
    pipeline.topic(0);
  }

  private static String value(int record) {
    return new String(pipeline.topic(record + 1).get(record).value(), UTF_8);
  }

  @Test
  void takesAnEventInBinaryMode() throws IOException {
    var answer =
        pipeline.post(
            "application/json",
            "{\"n\":1.50}",
            "ce-specversion",
            "1.0",
            "ce-type",
            "dev.example.measured",
            "ce-source",
            "/sensors/1",
            "ce-id",
            "A234-1234-1234",
            "ce-subject",
            "na%C3%AFve%20100%");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(value(0))
        .isEqualTo(
            "{\"event\":{\"id\":\"A234-1234-1234\",\"source\":\"/sensors/1\","
                + "\"specversion\":\"1.0\",\"subject\":\"naïve 100%\","
                + "\"type\":\"dev.example.measured\"},\"n\":1.50}");
  }

  @Test
  void takesAnEventInStructuredModeByteForByte() throws IOException {
    var answer = pipeline.post(STRUCTURED, event("1", ",\"data\": {\"n\" : 1.50e0}"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(value(0))
        .startsWith("{\"event\":{\"comexampleextension1\":\"7\",\"id\":\"1\"")
        .endsWith(",\"n\" : 1.50e0}");
    var record = pipeline.topic(1).getFirst();
    assertThat(new String(record.headers().lastHeader("ce_type").value(), UTF_8))
        .isEqualTo("dev.example.measured");
  }

  @Test
  void takesABatchOfEvents() throws IOException {
    var base64 = Base64.getEncoder().encodeToString("{\"n\":2}".getBytes(UTF_8));
    var answer =
        pipeline.post(
            "application/cloudevents-batch+json",
            "["
                + event("1", ",\"data\":{\"n\":1}")
                + ","
                + event("2", ",\"data_base64\":\"" + base64 + "\"")
                + ","
                + event("3", ",\"data\":[{\"n\":3},{\"n\":4}]")
                + ","
                + event(
                    "5",
                    ",\"datacontenttype\":\"application/x-ndjson\",\"data\":\"{\\\"n\\\":5}\\n\"")
                + "]");

    assertThat(answer.body()).isEqualTo("{\"accepted\":5}");
    assertThat(pipeline.topic(5))
        .extracting(record -> new String(record.value(), UTF_8).replaceAll(".*\"n\"", "n"))
        .containsExactly("n:1}", "n:2}", "n:3}", "n:4}", "n:5}");
    assertThat(pipeline.post("application/cloudevents-batch+json", "[]").body())
        .isEqualTo("{\"accepted\":0}");
  }

  @Test
  void namesAnEventBySourceAndId() throws IOException {
    pipeline.post(STRUCTURED, event("1", ",\"data\":{\"n\":1}"));
    pipeline.post(STRUCTURED, event("1", ",\"data\":{\"n\":1}"));
    pipeline.post(STRUCTURED, event("1", ",\"data\":{\"n\":1}").replace("/sensors/1", "/other"));

    assertThat(pipeline.topic(3))
        .extracting(
            record ->
                new String(
                    record.headers().lastHeader(RecordHeader.IDEMPOTENCY_KEY.key()).value(), UTF_8))
        .satisfies(names -> assertThat(names.get(0)).isEqualTo(names.get(1)))
        .satisfies(names -> assertThat(names.get(0)).isNotEqualTo(names.get(2)));
  }

  /** Each delivery has its own trace id; the data are the same. */
  @Test
  void namesTheDataOfAnEventWhateverItsAttributesAre() throws IOException {
    pipeline.post(STRUCTURED, event("1", ",\"traceparent\":\"00-1\",\"data\":{\"n\":1}"));
    pipeline.post(STRUCTURED, event("1", ",\"traceparent\":\"00-2\",\"data\":{\"n\":1}"));
    pipeline.post(STRUCTURED, event("1", ",\"traceparent\":\"00-2\",\"data\":{\"n\":2}"));

    var records = pipeline.topic(3);
    assertThat(records.get(0).value()).isNotEqualTo(records.get(1).value());
    assertThat(records)
        .extracting(
            record ->
                HexFormat.of()
                    .formatHex(
                        record
                            .headers()
                            .lastHeader(RecordHeader.IDEMPOTENCY_CONTENT.key())
                            .value()))
        .satisfies(contents -> assertThat(contents.get(0)).isEqualTo(contents.get(1)).hasSize(32))
        .satisfies(contents -> assertThat(contents.get(0)).isNotEqualTo(contents.get(2)));
  }

  @Test
  void refusesABatchWithABadRecordAsAWhole() throws IOException {
    var answer =
        pipeline.post(
            "application/cloudevents-batch+json",
            "[" + event("1", ",\"data\":{\"n\":1}") + "," + event("2", ",\"data\":\"text\"") + "]");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"index\":1");
    pipeline.topic(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "nonsense",
        "",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"b\",\"data\":{\"n\":1}}",
        "{\"specversion\":\"0.3\",\"type\":\"a\",\"source\":\"b\",\"id\":\"c\",\"data\":{\"n\":1}}",
        "{\"specversion\":\"1.0\",\"type\":{},\"source\":\"b\",\"id\":\"c\",\"data\":{\"n\":1}}",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"b\",\"id\":\"c\",\"data_base64\":\"*\"}",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"b\",\"id\":\"c\"} {}",
      })
  void refusesWhatIsNoEvent(String body) throws IOException {
    assertThat(pipeline.post(STRUCTURED, body).statusCode()).isEqualTo(400);
    pipeline.topic(0);
  }

  /** Each record takes the attributes along. */
  @Test
  void refusesAttributesThatManyRecordsWouldRepeat() throws IOException {
    var records = "{\\\"n\\\":1}".repeat(20_000);
    var one = event("1", ",\"note\":\"" + "x".repeat(100_000) + "\",\"data\":\"" + records + "\"");
    var batch =
        "["
            + one.replace("\"data\"", "\"datacontenttype\":\"application/x-ndjson\",\"data\"")
            + "]";

    var answer = pipeline.post("application/cloudevents-batch+json", batch);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
    assertThat(answer.body()).contains("attributes");
    pipeline.topic(0);
  }

  @Test
  void refusesMoreAttributesThanAnySystemHas() throws IOException {
    var many =
        java.util.stream.IntStream.range(0, 200)
            .mapToObj(i -> ",\"a" + i + "\":1")
            .collect(java.util.stream.Collectors.joining());

    assertThat(pipeline.post(STRUCTURED, event("1", many + ",\"data\":{\"n\":1}")).statusCode())
        .isEqualTo(413);
    assertThat(
            pipeline
                .post(
                    STRUCTURED,
                    event("1", ",\"a\":\"" + "x".repeat(300_000) + "\",\"data\":{\"n\":1}"))
                .statusCode())
        .isEqualTo(413);
    pipeline.topic(0);
  }

  @Test
  void refusesOtherFormats() throws IOException {
    assertThat(pipeline.post("application/cloudevents+avro", "x").statusCode()).isEqualTo(415);
    assertThat(
            pipeline.post("text/xml", "<n/>", "ce-specversion", "1.0", "ce-id", "1").statusCode())
        .isEqualTo(415);
  }

  @Test
  void refusesSourcesThatAreNotDeclared() throws IOException {
    for (var header :
        List.of(
            "x-amz-sns-message-type", "X-Amz-Firehose-Request-Id", "x-goog-pubsub-message-id")) {
      var answer = pipeline.post("application/json", "{\"n\":1}", header, "a");
      assertThat(answer.statusCode()).as(header).isEqualTo(400);
      assertThat(answer.body()).contains("source-not-declared", "spec.sources.");
    }
    pipeline.topic(0);
  }
}
