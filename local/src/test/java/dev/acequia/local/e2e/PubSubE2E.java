package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.push.PubSubStandIn;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A Pub/Sub topic that pushes its messages, a table, and an API that reads it. */
@EndToEnd
class PubSubE2E {
  private static final String NAMESPACE = "pubsub-e2e";
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
    platform.createNamespace(NAMESPACE);
    platform.kubectl.apply(platform.example("sources/pubsub.yaml"), "-n", NAMESPACE);
    platform.awaitReady(NAMESPACE, "departures");
    endpoint = platform.endpoint(NAMESPACE, "departures");
  }

  @Test
  void takesWhatPubSubPushesAndAnswersWithAggregatesAndPages() throws Exception {
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
}
