package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineMetric;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The example pipeline, from {@code kubectl apply} to the answered query. */
@EndToEnd
class FlightsE2E {
  private static final String NAMESPACE = "flights-e2e";
  private static final int EXAMPLES = 5000;

  /**
   * Metrics without series here: the operator watches all namespaces, has enough memory, left no
   * table or topic behind, and no reconcile fails. The example has no lake.
   */
  private static final Set<PipelineMetric> NOT_HERE =
      Set.of(
          PipelineMetric.UNREAD_NAMESPACE,
          PipelineMetric.FULL_NAMESPACE,
          PipelineMetric.RECONCILE_FAILING,
          PipelineMetric.REMOVAL_LEFT,
          PipelineMetric.STORE_FILES);

  private static Platform platform;
  private static String endpoint;

  @BeforeAll
  static void applyAndPush(Platform platform) throws Exception {
    FlightsE2E.platform = platform;
    platform.createNamespace(NAMESPACE);
    platform.kubectl.apply(platform.example("flights.yaml"), "-n", NAMESPACE);
    platform.awaitReady(NAMESPACE, "flights");
    endpoint = platform.endpoint(NAMESPACE, "flights");
    var pushed =
        platform.push(endpoint, "application/x-ndjson", platform.example("flights.ndjson"));
    assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(200);
    assertThat(pushed.body()).isEqualTo("{\"accepted\":" + EXAMPLES + "}");
    awaitCount(EXAMPLES);
  }

  @Test
  void answersWithExactlyWhatWasPushed() throws Exception {
    assertThat(query("?select=count()")).isEqualTo("[{\"count\":5000}]");
    assertThat(platform.sql("SELECT count(*) FROM flights_e2e.flights")).containsExactly("5000");
    assertThat(
            query(
                "?carrier=eq.UA&origin=eq.EWR&select=carrier,origin,flight&order=flight.asc&limit=2"))
        .matches("\\[\\{\"carrier\":\"UA\",\"origin\":\"EWR\",\"flight\":\\d+},\\{.*}]");
    assertThat(query("?select=origin,count()&order=origin.asc"))
        .matches(
            "\\[\\{\"origin\":\"EWR\",\"count\":\\d+},\\{\"origin\":\"JFK\",\"count\":\\d+},\\{\"origin\":\"LGA\",\"count\":\\d+}]");
  }

  @Test
  void servesOneRecordByItsKey() throws Exception {
    var own =
        """
        {"time_hour":"2026-11-01T10:00:00Z","carrier":"AQ","flight":7,"origin":"EWR","dest":"São Paulo, \\"GRU\\""}
        """;
    assertThat(platform.push(endpoint, "application/json", own).statusCode()).isEqualTo(200);
    var key = "/2026-11-01T10:00:00Z,AQ,7,EWR";
    await()
        .atMost(Platform.TIMEOUT)
        .until(() -> platform.query(endpoint + "/v1/records" + key).statusCode() == 200);
    assertThat(query(key)).contains("\"dest\":\"São Paulo, \\\"GRU\\\"\"");
    // Leaves the table as the other tests know it.
    platform.sql("DELETE FROM flights_e2e.flights WHERE carrier = 'AQ' RETURNING 1");
  }

  @Test
  void namesRecordFieldAndReasonOfABadRecord() throws Exception {
    var refused =
        platform.push(
            endpoint, "application/json", "[{\"carrier\": \"UA\", \"flight\": \"many\"}]");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    assertThat(refused.body()).contains("\"index\":0", "\"field\":\"flight\"", "\"reason\":");
  }

  @Test
  void readsWellInKubectl() {
    var table = platform.kubectl.run("get", "dp", "-n", NAMESPACE);
    assertThat(table.lines().findFirst().orElseThrow())
        .matches("NAME +READY +REASON +ENDPOINT +AGE *");
    assertThat(table).containsPattern("flights +True +\\w+ +http://127.0.0.1:\\d+ ");
    assertThat(platform.kubectl.run("get", "dp", "-n", NAMESPACE, "-o", "wide"))
        .containsPattern("TOPIC +STORE +MODE +CONSUMERS")
        .contains(NAMESPACE + ".flights", "upsert");
    assertThat(platform.kubectl.run("describe", "dp", "flights", "-n", NAMESPACE))
        .contains("Type:                  Ready", "Events:")
        .doesNotContain("Events:  <none>");
    assertThat(platform.kubectl.run("explain", "dp.spec.consumer"))
        .contains("mode", "replicas", "append");
    var consumer =
        platform.get(
            NAMESPACE,
            "pods",
            ".items[0].metadata.name",
            "-l",
            "app.kubernetes.io/component=consumer");
    assertThat(platform.kubectl.run("logs", consumer, "-n", NAMESPACE)).isNotBlank();
  }

  @Test
  void everyConditionSaysWhichGenerationItIsAbout() {
    var generation = platform.get(NAMESPACE, "dp/flights", ".metadata.generation");
    assertThat(platform.get(NAMESPACE, "dp/flights", ".status.observedGeneration"))
        .isEqualTo(generation);
    assertThat(platform.get(NAMESPACE, "dp/flights", ".status.conditions[*].type").split(" "))
        .contains("Ready", "TopicReady", "StoreReady", "ConsumerReady", "ApiReady", "Protected");
    assertThat(
            platform
                .get(NAMESPACE, "dp/flights", ".status.conditions[*].observedGeneration")
                .split(" "))
        .containsOnly(generation);
    assertThat(platform.condition(NAMESPACE, "flights", "Protected")).startsWith("False ");
  }

  @Test
  void scalesTheConsumerAndRollsItsDeployments() {
    platform.kubectl.run("scale", "dp/flights", "--replicas=2", "-n", NAMESPACE);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> platform.get(NAMESPACE, "dp/flights", ".status.consumer.readyReplicas"),
            "2"::equals);
    platform.kubectl.run("scale", "dp/flights", "--replicas=1", "-n", NAMESPACE);
    platform.kubectl.run(
        "rollout",
        "restart",
        "deployment/flights-api",
        "deployment/flights-consumer",
        "-n",
        NAMESPACE);
    for (var deployment : List.of("flights-api", "flights-consumer")) {
      platform.kubectl.run(
          "rollout", "status", "deployment/" + deployment, "-n", NAMESPACE, "--timeout=90s");
    }
    platform.awaitReady(NAMESPACE, "flights");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> platform.get(NAMESPACE, "dp/flights", ".status.consumer.replicas"), "1"::equals);
  }

  @Test
  void exposesEveryMetricOfTheContract() throws Exception {
    var scraped =
        Stream.of(
                scrape(NAMESPACE, "app.kubernetes.io/component=api"),
                scrape(NAMESPACE, "app.kubernetes.io/component=consumer"),
                scrape("acequia-system", "app.kubernetes.io/name=acequia"))
            .toList();
    var all = String.join("\n", scraped);
    for (var metric : PipelineMetric.values()) {
      if (NOT_HERE.contains(metric)) {
        continue;
      }
      var type =
          switch (metric.kind()) {
            case COUNTER -> "counter";
            case GAUGE, INFO -> "gauge"; // the text format knows no info
            case HISTOGRAM -> "histogram";
          };
      assertThat(all).contains("# TYPE " + metric.exposedName() + " " + type);
    }
    var pipelineSeries =
        all.lines()
            .filter(
                line ->
                    Arrays.stream(PipelineMetric.values())
                        .anyMatch(
                            metric ->
                                metric.perPipeline() && line.startsWith(metric.exposedName())))
            .toList();
    assertThat(pipelineSeries)
        .isNotEmpty()
        .allMatch(line -> line.contains("pipeline=\"") && line.contains("pipeline_namespace=\""));
  }

  private static String scrape(String namespace, String selector) throws Exception {
    var address = platform.get(namespace, "pods", ".items[0].status.podIP", "-l", selector);
    return platform.query("http://" + address + ":8081/metrics").body();
  }

  private static String query(String pathAndQuery) throws Exception {
    return platform.rows(endpoint + "/v1/records" + pathAndQuery);
  }

  private static void awaitCount(int count) {
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () -> assertThat(query("?select=count()")).isEqualTo("[{\"count\":" + count + "}]"));
  }
}
