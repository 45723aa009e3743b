package dev.acequia.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineMetric;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerIT {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
  private final HttpClient http = HttpClient.newHttpClient();
  private ManagementServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        ManagementServer.start(
            Optional.of("127.0.0.1"), 0, registry, Optional::empty, trouble::get);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void saysWhyItIsNotReady() throws Exception {
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    trouble.set(Optional.of("the store does not answer"));
    assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(get("/health/ready").body()).isEqualTo("the store does not answer\n");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void showsMetricsUnderTheContractsNamesAndLabels() throws Exception {
    var metrics = new MetricSet(registry).forPipeline("ops", "flights");
    metrics.counter(PipelineMetric.CONSUMER_RECORDS, "stored").inc(5000);
    metrics.gauge(PipelineMetric.CONSUMER_LAG, "0").set(7);
    metrics.histogram(PipelineMetric.FRESHNESS).observe(0.2);
    assertThat(get("/metrics").body())
        .contains(
            "acequia_consumer_records_total{pipeline=\"flights\",pipeline_namespace=\"ops\",result=\"stored\"} 5000.0",
            "acequia_consumer_lag_records{partition=\"0\",pipeline=\"flights\",pipeline_namespace=\"ops\"} 7.0",
            "acequia_freshness_seconds_bucket{pipeline=\"flights\",pipeline_namespace=\"ops\",le=\"0.25\"} 1",
            "jvm_memory_used_bytes");
  }

  @Test
  void asksForAnObservedValueAtEachScrape() throws Exception {
    var metrics = new MetricSet(registry).forPipeline("ops", "flights");
    var held = new AtomicLong(7);
    metrics.observe(PipelineMetric.API_HELD, held::get, "pages");
    metrics.observe(PipelineMetric.API_HELD, () -> 1, "bodies");
    var series =
        "acequia_api_held_bytes{bound=\"%s\",pipeline=\"flights\",pipeline_namespace=\"ops\"} %s";

    assertThat(get("/metrics").body())
        .contains(series.formatted("pages", "7.0"), series.formatted("bodies", "1.0"));
    held.set(0);
    assertThat(get("/metrics").body()).contains(series.formatted("pages", "0.0"));
  }

  @Test
  void forgetsAPartitionThatMoved() throws Exception {
    var metrics = new MetricSet(registry).forPipeline("ops", "flights");
    metrics.gauge(PipelineMetric.CONSUMER_LAG, "0").set(7);
    metrics.removeGauge(PipelineMetric.CONSUMER_LAG, "0");
    assertThat(get("/metrics").body()).doesNotContain("partition=\"0\"");
  }

  /** An answer is whole in memory until it is read. */
  @Test
  void whoReadsSlowlyHoldsOneAnswerAndNobodyElsesTurn() throws Exception {
    var metrics = new MetricSet(registry);
    for (var i = 0; i < 20_000; i++) { // more than the sockets hold
      metrics.forPipeline("ops", "flights-" + i).gauge(PipelineMetric.CONSUMER_LAG, "0").set(i);
    }
    try (var first = slowReader();
        var second = slowReader()) {
      assertThat(first.isConnected() && second.isConnected()).isTrue();
      assertThat(get("/metrics").statusCode()).isEqualTo(503);
      assertThat(get("/health/live").statusCode()).isEqualTo(200);

      try (var elsewhere =
          HttpClient.newBuilder().localAddress(InetAddress.getByName("127.0.0.3")).build()) {
        var request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/metrics"));
        assertThat(
                elsewhere
                    .send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode())
            .isEqualTo(200);
      }
    }
    await().atMost(Duration.ofSeconds(30)).until(() -> get("/metrics").statusCode() == 200);
  }

  private Socket slowReader() throws IOException {
    var slow = new Socket();
    slow.setReceiveBufferSize(1024);
    slow.connect(new InetSocketAddress("127.0.0.1", server.port()));
    slow.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
    assertThat(slow.getInputStream().read()).isEqualTo('H');
    return slow;
  }

  private HttpResponse<String> get(String path) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
