package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.bigquery.LocalBigQuery;
import dev.acequia.servers.push.PubSubStandIn;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What many teams build of Pub/Sub, BigQuery and Cloud Run, as a declaration: a topic that pushes
 * its messages, a table, and an API that reads it.
 */
@EndToEnd
class BigQueryE2E {
  private static final String NAMESPACE = "bigquery-e2e";
  private static final String AUDIENCE = "https://departures.example.com";
  private static final String ACCOUNT = "departures-push@my-project.iam.gserviceaccount.com";
  private static final int DEPARTURES = 30;

  private static Platform platform;
  private static PubSubStandIn pubsub;
  private static String endpoint;

  @BeforeAll
  static void declare(Platform shared) throws IOException {
    platform = shared;
    pubsub = new PubSubStandIn(platform.vendors);
    var standIn = Objects.requireNonNull(platform.environment.bigquery());
    platform.createNamespace(NAMESPACE);
    platform.kubectl.apply(
        platform
            .example("sources/pubsub.yaml")
            .replace(
                "project: my-project",
                "project: %s\n      endpoint: %s\n      storageEndpoint: %s\n      commitInterval: 1s"
                    .formatted(
                        LocalBigQuery.PROJECT, standIn.endpoint(), standIn.storageEndpoint())),
        "-n",
        NAMESPACE);
    platform.awaitReady(NAMESPACE, "departures");
    endpoint = platform.endpoint(NAMESPACE, "departures");
  }

  @Test
  void takesWhatPubSubPushesAndAnswersWithAggregatesAndPagesAndLeavesNothingBehind()
      throws Exception {
    assertThat(platform.get(NAMESPACE, "dp/departures", ".status.store"))
        .isEqualTo("bigquery:acequia.departures.bigquery_e2e_departures");
    var token = pubsub.token(AUDIENCE, ACCOUNT);
    for (var i = 0; i < DEPARTURES; i++) {
      var body = PubSubStandIn.body("m-" + i, departure(i));
      // Pub/Sub delivers at least once.
      for (var attempt = 0; attempt < (i % 3 == 0 ? 2 : 1); attempt++) {
        var answer = push(token, body);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
      }
    }
    try (var others = new VendorStandIn()) {
      var forged = new PubSubStandIn(others).token(AUDIENCE, ACCOUNT);
      assertThat(push(forged, PubSubStandIn.body("m-x", departure(99))).statusCode())
          .isEqualTo(401);
    }

    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(rows("select=carrier,n:count(),last:flight.max()&order=carrier"))
                    .isEqualTo(
                        "[{\"carrier\":\"AA\",\"n\":15,\"last\":28},"
                            + "{\"carrier\":\"UA\",\"n\":15,\"last\":29}]"));
    var page =
        platform.query(endpoint + "/v1/records?order=flight&limit=20&select=flight,departed");
    assertThat(page.body()).contains("{\"flight\":19,\"departed\":\"2026-01-01T00:19:00Z\"}");
    var next = page.headers().firstValue("Link").orElseThrow();
    assertThat(platform.rows(endpoint + next.substring(next.indexOf('<') + 1, next.indexOf('>'))))
        .startsWith("[{\"flight\":20,")
        .endsWith("{\"flight\":29,\"departed\":\"2026-01-01T00:29:00Z\"}]");
    assertThat(rows("flight=eq.7&select=attributes")).contains("\"source\"", "stand-in");
    leavesNothingBehind();
  }

  private static void leavesNothingBehind() throws Exception {
    assertThat(tables()).contains("bigquery_e2e_departures", "bigquery_e2e_departures_acequia");
    platform.kubectl.run(
        "patch",
        "dp/departures",
        "-n",
        NAMESPACE,
        "--type=merge",
        "-p",
        "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    platform.kubectl.run("delete", "dp/departures", "-n", NAMESPACE, "--timeout=90s");
    assertThat(tables()).doesNotContain("bigquery_e2e");
  }

  private static String departure(int number) {
    return "{\"carrier\":\"%s\",\"flight\":%d,\"departed\":\"2026-01-01T00:%02d:00Z\"}"
        .formatted(number % 2 == 0 ? "AA" : "UA", number, number % 60);
  }

  private static HttpResponse<String> push(String token, String body) throws Exception {
    return platform.send(
        HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
            .timeout(Platform.TIMEOUT)
            .header("Content-Type", "application/json")
            .header("User-Agent", "CloudPubSub-Google")
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static String rows(String query) throws Exception {
    return platform.rows(endpoint + "/v1/records?" + query);
  }

  private static String tables() throws Exception {
    var standIn = Objects.requireNonNull(platform.environment.bigquery());
    return platform
        .query(
            standIn.endpoint()
                + "/bigquery/v2/projects/%s/datasets/departures/tables"
                    .formatted(LocalBigQuery.PROJECT))
        .body();
  }
}
