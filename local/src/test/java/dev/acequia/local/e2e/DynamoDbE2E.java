package dev.acequia.local.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What many teams build of Kinesis, Lambda and DynamoDB, as a declaration: a stream that Firehose
 * delivers, a table, and an API that reads it. moto stands in for DynamoDB.
 */
@EndToEnd
class DynamoDbE2E {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NAMESPACE = "dynamodb-e2e";
  private static final String KEY = "an-access-key-of-firehose";

  /** A request with its id, which stands in a header too. */
  private record Delivery(String id, byte[] body) {}

  private static Platform platform;
  private static String endpoint;

  @BeforeAll
  static void declare(Platform shared) throws IOException {
    platform = shared;
    var dynamo = Objects.requireNonNull(platform.environment.dynamo()).endpoint();
    platform.createNamespace(NAMESPACE);
    secret("readings-firehose", "access-key=" + KEY);
    secret("keys", "accessKeyId=local", "secretAccessKey=local");
    platform.kubectl.apply(
        platform
            .example("sources/firehose.yaml")
            .replace(
                "    dynamodb:\n",
                "    dynamodb:\n      endpoint: %s\n      secretName: keys\n".formatted(dynamo)),
        "-n",
        NAMESPACE);
    platform.awaitReady(NAMESPACE, "readings");
    endpoint = platform.endpoint(NAMESPACE, "readings");
  }

  @Test
  void takesWhatFirehoseDeliversAndFindsItByKeyAndByIndexAndLeavesNothingBehind() throws Exception {
    assertThat(platform.get(NAMESPACE, "dp/readings", ".status.store"))
        .isEqualTo("dynamodb:dynamodb-e2e.readings");
    var first =
        delivery(
            reading("s-1", "08:00", "roof", 20.5),
            reading("s-1", "09:00", "roof", 21.5) + "\n" + reading("s-2", "08:30", "roof", 19));
    for (var attempt = 0; attempt < 2; attempt++) { // it sends again what was not answered in time
      var answer = deliver(KEY, first);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    assertThat(deliver(KEY, delivery(reading("s-1", "09:00", "roof", 22))).statusCode())
        .isEqualTo(200);
    assertThat(deliver("another-key", first).statusCode()).isEqualTo(401);

    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(rows("site=eq.roof&order=taken_at.desc&select=sensor,celsius"))
                    .isEqualTo(
                        "[{\"sensor\":\"s-1\",\"celsius\":22},{\"sensor\":\"s-2\",\"celsius\":19},"
                            + "{\"sensor\":\"s-1\",\"celsius\":20.5}]"));
    assertThat(record("s-1,2026-01-01T09:00:00Z").body()).contains("22");
    assertThat(record("s-9,2026-01-01T09:00:00Z").statusCode()).isEqualTo(404);
    assertThat(rows("sensor=eq.s-1&taken_at=gte.2026-01-01T08:30:00Z&select=taken_at,celsius"))
        .isEqualTo("[{\"taken_at\":\"2026-01-01T09:00:00Z\",\"celsius\":22}]");
    var refused = platform.query(endpoint + "/v1/records?taken_at=eq.2026-01-01T09:00:00Z");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .contains("{name: by-taken-at, hash: taken_at}", "spec.store.dynamodb.indexes");

    measuresTheWay();
    leavesNothingBehind();
  }

  /** From the source to the query, and how much of it went well or badly. */
  private static void measuresTheWay() throws Exception {
    var consumer = scrape("consumer");
    assertThat(consumer)
        .containsPattern("acequia_freshness_seconds_count\\{.*} [1-9]")
        .containsPattern("acequia_consumer_records_total\\{.*result=\"stored\".*} [1-9]");
    var api = scrape("api");
    assertThat(api)
        .containsPattern("acequia_ingest_records_total\\{.*result=\"accepted\".*} 7")
        .containsPattern("acequia_query_request_seconds_count\\{.*} [1-9]");
  }

  private static void leavesNothingBehind() throws Exception {
    assertThat(tables()).contains("dynamodb-e2e.readings", "dynamodb-e2e.readings_acequia");
    platform.kubectl.run(
        "patch",
        "dp/readings",
        "-n",
        NAMESPACE,
        "--type=merge",
        "-p",
        "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    platform.kubectl.run("delete", "dp/readings", "-n", NAMESPACE, "--timeout=90s");
    assertThat(tables()).doesNotContain("dynamodb-e2e");
  }

  private static String scrape(String component) throws Exception {
    var address =
        platform.get(
            NAMESPACE,
            "pods",
            ".items[0].status.podIP",
            "-l",
            "app.kubernetes.io/component=" + component);
    return platform.query("http://" + address + ":8081/metrics").body();
  }

  private static void secret(String name, String... values) {
    platform.kubectl.run(
        Stream.concat(
                Stream.of("create", "secret", "generic", name, "-n", NAMESPACE),
                Arrays.stream(values).map(value -> "--from-literal=" + value))
            .toArray(String[]::new));
  }

  private static String reading(String sensor, String time, String site, double celsius) {
    return "{\"sensor\":\"%s\",\"taken_at\":\"2026-01-01T%s:00Z\",\"site\":\"%s\",\"celsius\":%s}"
        .formatted(sensor, time, site, celsius);
  }

  /** As Amazon documents what Firehose sends to an HTTP endpoint. */
  private static Delivery delivery(String... records) throws IOException {
    var id = UUID.randomUUID().toString();
    var body = JSON.createObjectNode();
    body.put("requestId", id);
    body.put("timestamp", 1767254400000L);
    var list = body.putArray("records");
    for (var record : records) {
      list.addObject().put("data", Base64.getEncoder().encodeToString(record.getBytes(UTF_8)));
    }
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(JSON.writeValueAsBytes(body));
    }
    return new Delivery(id, bytes.toByteArray());
  }

  private static HttpResponse<String> deliver(String key, Delivery delivery) throws Exception {
    return platform.send(
        HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
            .timeout(Platform.TIMEOUT)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .header("X-Amz-Firehose-Protocol-Version", "1.0")
            .header("X-Amz-Firehose-Request-Id", delivery.id())
            .header("X-Amz-Firehose-Access-Key", key)
            .POST(HttpRequest.BodyPublishers.ofByteArray(delivery.body())));
  }

  private static HttpResponse<String> record(String key) throws Exception {
    return platform.query(endpoint + "/v1/records/" + key);
  }

  private static String rows(String query) throws Exception {
    return platform.rows(endpoint + "/v1/records?" + query);
  }

  private static String tables() throws Exception {
    var dynamo = Objects.requireNonNull(platform.environment.dynamo()).endpoint();
    var request = HttpRequest.newBuilder(URI.create(dynamo)).timeout(Platform.TIMEOUT);
    return platform
        .send(
            request
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", "DynamoDB_20120810.ListTables")
                .header(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/dynamodb/aws4_request,"
                        + " SignedHeaders=host, Signature=none")
                .POST(HttpRequest.BodyPublishers.ofString("{}")))
        .body();
  }
}
