package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.api.access.TestIssuer;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the API, of a real process. */
class AccessIT {
  private static final String JSON = "application/json";
  private static final String RECORDS = "/v1/records";

  @TempDir private Path keys;
  private @Nullable TestPipeline pipeline;

  @AfterEach
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  private TestPipeline start(@Nullable ApiAccess settings, boolean withKeys) {
    var environment = new HashMap<String, String>();
    if (settings != null) {
      environment.put("ACEQUIA_API_ACCESS", settings.toJson());
    }
    if (withKeys) {
      environment.put("ACEQUIA_API_KEYS_DIR", keys.toString());
    }
    var started =
        TestPipeline.start(
            environment,
            LoadMode.UPSERT,
            List.of("id"),
            TestPipeline.required("id", FieldType.INT32),
            TestPipeline.field("name", FieldType.STRING));
    pipeline = started;
    return started;
  }

  private ApiKey key(String id, Scope... scopes) throws IOException {
    return key(id, null, scopes);
  }

  private ApiKey key(String id, @Nullable Instant expires, Scope... scopes) throws IOException {
    var key = ApiKey.generate(id, new SecureRandom());
    var entry = ApiKeyEntry.of(key, List.of(scopes), Instant.now(), expires);
    Files.writeString(keys.resolve(id), entry.toJson());
    return key;
  }

  private static HttpResponse<String> get(TestPipeline api, ApiKey key) throws IOException {
    return api.get(RECORDS, "Authorization", "Bearer " + key.text());
  }

  private static HttpResponse<String> post(TestPipeline api, ApiKey key) throws IOException {
    return api.post(JSON, "{\"id\":1}", "Authorization", "Bearer " + key.text());
  }

  private static String counted(TestPipeline api, String result) throws Exception {
    return api.management("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("acequia_access_requests_total"))
        .filter(line -> line.contains("result=\"" + result + "\""))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anOpenApiAsksNobodyAndSaysSo() throws Exception {
    var api = start(null, false);
    assertThat(api.get(RECORDS).statusCode()).isEqualTo(200);
    assertThat(api.post(JSON, "{\"id\":1}").statusCode()).isEqualTo(200);
    // A client that has a key from elsewhere is as welcome as one without.
    assertThat(api.get(RECORDS, "Authorization", "Bearer nonsense").statusCode()).isEqualTo(200);
    assertThat(counted(api, "open")).isEqualTo("3.0");
    assertThat(counted(api, "granted")).isEqualTo("0.0");
  }

  @Test
  void aKeyMayDoWhatItsScopesSay() throws Exception {
    var reader = key("reader", Scope.QUERY);
    var writer = key("writer", Scope.INGEST);
    var both = key("both", Scope.INGEST, Scope.QUERY);
    var api = start(null, true);

    assertThat(get(api, reader).statusCode()).isEqualTo(200);
    assertThat(post(api, writer).statusCode()).isEqualTo(200);
    assertThat(get(api, both).statusCode()).isEqualTo(200);
    assertThat(post(api, both).statusCode()).isEqualTo(200);
    assertThat(api.get(RECORDS, "X-Api-Key", reader.text()).statusCode()).isEqualTo(200);
    assertThat(api.get(RECORDS, "Authorization", "bearer " + reader.text()).statusCode())
        .isEqualTo(200);

    var refused = post(api, reader);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.headers().firstValue("WWW-Authenticate"))
        .contains("Bearer error=\"insufficient_scope\", scope=\"ingest\"");
    assertThat(refused.body()).contains("urn:acequia:problem:forbidden");
    assertThat(get(api, writer).statusCode()).isEqualTo(403);
    assertThat(counted(api, "granted")).isEqualTo("6.0");
    assertThat(counted(api, "forbidden")).isEqualTo("2.0");
  }

  @Test
  void whoeverHasNoKeyLearnsNothing() throws Exception {
    var good = key("good", Scope.QUERY, Scope.INGEST);
    var expired = key("expired", Instant.now().minusSeconds(1), Scope.QUERY);
    Files.writeString(keys.resolve("broken"), "{\"scopes\":[\"query\"]}");
    var api = start(null, true);

    var answers = new ArrayList<HttpResponse<String>>();
    answers.add(api.get(RECORDS));
    answers.add(get(api, expired));
    answers.add(get(api, ApiKey.generate("good", new SecureRandom())));
    answers.add(get(api, ApiKey.generate("unknown", new SecureRandom())));
    answers.add(get(api, ApiKey.generate("broken", new SecureRandom())));
    answers.add(api.get(RECORDS, "Authorization", "Basic Z29vZDpnb29k"));
    answers.add(api.get(RECORDS, "Authorization", "Bearer "));
    answers.add(api.get(RECORDS, "Authorization", "Bearer acq_good_"));
    answers.add(api.get(RECORDS, "X-Api-Key", "", "Authorization", "Bearer " + good.text()));
    answers.add(api.get("/v1/records/1"));
    answers.add(api.get("/v1/nothing"));
    answers.add(api.get("/metrics"));
    answers.add(api.post(JSON, "{\"id\":1}"));
    answers.add(api.send(api.request(RECORDS).method("DELETE", noBody())));
    answers.add(api.send(api.request(RECORDS).method("OPTIONS", noBody())));
    for (var answer : answers) {
      assertThat(answer.statusCode()).as(answer.request().toString()).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate"))
          .contains("Bearer realm=\"acequia\"");
    }
    assertThat(Set.copyOf(answers.stream().map(HttpResponse::body).toList()))
        .singleElement()
        .asString()
        .contains("urn:acequia:problem:unauthenticated");
    assertThat(counted(api, "unauthenticated")).isEqualTo(answers.size() + ".0");
    assertThat(get(api, good).statusCode()).isEqualTo(200);
  }

  @Test
  void documentationAndProbesNeedNoKey() throws Exception {
    var api = start(null, true);
    for (var path : List.of("/docs", "/docs/docs.js", "/openapi.json")) {
      assertThat(api.get(path).statusCode()).as(path).isEqualTo(200);
    }
    assertThat(api.get("/").headers().firstValue("Location")).contains("/docs");
    assertThat(api.management("/health/live").statusCode()).isEqualTo(200);
    assertThat(api.management("/metrics").statusCode()).isEqualTo(200);
  }

  /** What would lead to the records if it were taken apart otherwise here than by the endpoints. */
  @Test
  void noWayAroundLeadsToTheRecords() throws Exception {
    key("good", Scope.QUERY);
    var api = start(null, true);
    api.store("[{\"id\":1,\"name\":\"secret\"}]");
    for (var path :
        List.of(
            "/docs/../v1/records",
            "/docs/..;/v1/records",
            "/docs/%2e%2e/v1/records",
            "/docs/..%2fv1/records",
            "/docs;/../v1/records",
            "//v1/records",
            "/./v1/records",
            "/v1/records;docs",
            "/v1/records/",
            "/v1//records",
            "/%76%31/records",
            "/openapi.json/../v1/records")) {
      var answer = api.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(path).matches("(?s)HTTP/1.1 (400|401|404) .*");
      assertThat(answer).as(path).doesNotContain("secret\"");
    }
  }

  @Test
  void newKeysCountAndRevokedOnesDoNotWithoutARestart() throws Exception {
    var old = key("old", Scope.QUERY);
    var api = start(null, true);
    assertThat(get(api, old).statusCode()).isEqualTo(200);

    var successor = key("new", Scope.QUERY);
    awaitStatus(api, successor, 200);
    assertThat(get(api, old).statusCode()).isEqualTo(200);

    Files.delete(keys.resolve("old"));
    awaitStatus(api, old, 401);
    assertThat(get(api, successor).statusCode()).isEqualTo(200);

    // The Secret itself is gone: nobody is let in.
    Files.delete(keys.resolve("new"));
    awaitStatus(api, successor, 401);
  }

  @Test
  void aKeyEndsWhenItExpires() throws Exception {
    var api = start(null, true);
    var brief = key("brief", Instant.now().plusSeconds(12), Scope.QUERY);
    awaitStatus(api, brief, 200);
    awaitStatus(api, brief, 401);
  }

  private static void awaitStatus(TestPipeline api, ApiKey key, int status) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(get(api, key).statusCode()).isEqualTo(status));
  }

  @Test
  void tokensAndKeysCountSideBySide() throws Exception {
    var key = key("reader", Scope.QUERY);
    try (var issuer = new TestIssuer()) {
      var oidc =
          new ApiAccess.Oidc(issuer.url(), "flights", "scope", List.of("ingest"), List.of("query"));
      var api = start(new ApiAccess(oidc, null, List.of()), true);
      var reader = issuer.token(issuer.claims("flights", "query"));
      var other = issuer.token(issuer.claims("trains", "query"));

      assertThat(get(api, key).statusCode()).isEqualTo(200);
      assertThat(api.get(RECORDS, "Authorization", "Bearer " + reader).statusCode()).isEqualTo(200);
      assertThat(api.post(JSON, "{\"id\":1}", "Authorization", "Bearer " + reader).statusCode())
          .isEqualTo(403);
      assertThat(api.get(RECORDS, "Authorization", "Bearer " + other).statusCode()).isEqualTo(401);
      assertThat(api.get(RECORDS).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void keysCountWhileTheIssuerDoesNotAnswer() throws Exception {
    var key = key("reader", Scope.QUERY);
    try (var issuer = new TestIssuer()) {
      var token = issuer.token(issuer.claims("flights", "query"));
      issuer.silence();
      var oidc =
          new ApiAccess.Oidc(issuer.url(), "flights", "scope", List.of("ingest"), List.of("query"));
      var api = start(new ApiAccess(oidc, null, List.of()), true);

      assertThat(get(api, key).statusCode()).isEqualTo(200);
      var unverifiable = api.get(RECORDS, "Authorization", "Bearer " + token);
      assertThat(unverifiable.statusCode()).isEqualTo(503);
      assertThat(unverifiable.headers().firstValue("Retry-After")).contains("5");
      assertThat(unverifiable.body()).contains("urn:acequia:problem:unverifiable");
      assertThat(counted(api, "unverifiable")).isEqualTo("1.0");
    }
  }

  @Test
  void eachKeyHasItsOwnShare() throws Exception {
    var greedy = key("greedy", Scope.QUERY);
    var modest = key("modest", Scope.QUERY);
    var api = start(new ApiAccess(null, new ApiAccess.RateLimit(1, 3), List.of()), true);

    var first = get(api, greedy);
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("RateLimit-Policy")).contains("\"client\";q=3;w=3");
    assertThat(first.headers().firstValue("RateLimit")).contains("\"client\";r=2;t=1");
    HttpResponse<String> refused = first;
    for (var i = 0; i < 20 && refused.statusCode() == 200; i++) {
      refused = get(api, greedy);
    }
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("Retry-After")).contains("1");
    assertThat(refused.headers().firstValue("RateLimit")).contains("\"client\";r=0;t=1");
    assertThat(refused.headers().firstValue("RateLimit-Policy")).isPresent();
    assertThat(refused.body()).contains("urn:acequia:problem:rate-limited");
    assertThat(get(api, modest).statusCode()).isEqualTo(200);
    assertThat(counted(api, "rate_limited")).isEqualTo("1.0");
    awaitStatus(api, greedy, 200);
  }

  @Test
  void anAddressHasItsShareWhileTheApiIsOpen() throws Exception {
    var api = start(new ApiAccess(null, new ApiAccess.RateLimit(1, 2), List.of()), false);
    var statuses = new HashMap<Integer, Integer>();
    for (var i = 0; i < 10; i++) {
      statuses.merge(api.get(RECORDS + "?nonsense=1").statusCode(), 1, Integer::sum);
    }
    assertThat(statuses).containsKeys(400, 429);
    assertThat(api.get("/openapi.json").statusCode()).isEqualTo(200);
  }

  @Test
  void pagesOfAllowedOriginsReadTheAnswers() throws Exception {
    var key = key("reader", Scope.QUERY);
    var page = "https://app.example.com";
    var api = start(new ApiAccess(null, null, List.of(page)), true);

    // The browser asks first, and without a key.
    var preflight = preflight(api, page, "GET");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(allowed(preflight)).isEqualTo(page);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
        .contains("GET", "POST");
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers").orElseThrow())
        .contains("Authorization", "Prefer", "Idempotency-Key");
    var foreign = preflight(api, "https://evil.example.com", "GET");
    assertThat(foreign.statusCode()).isEqualTo(204);
    assertThat(allowed(foreign)).isNull();

    var bearer = "Bearer " + key.text();
    var answer = api.get(RECORDS, "Origin", page, "Authorization", bearer);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(allowed(answer)).isEqualTo(page);
    assertThat(answer.headers().allValues("Vary").toString()).contains("Accept", "Origin");
    assertThat(answer.headers().firstValue("Access-Control-Expose-Headers").orElseThrow())
        .contains("Link", "Content-Range");
    // Problems are read too, from the filter and from the endpoints.
    assertThat(allowed(api.get(RECORDS, "Origin", page))).isEqualTo(page);
    var problem = api.get(RECORDS + "?no=eq.1", "Origin", page, "Authorization", bearer);
    assertThat(problem.statusCode()).isEqualTo(400);
    assertThat(allowed(problem)).isEqualTo(page);
    assertThat(allowed(api.get(RECORDS, "Origin", "null", "Authorization", bearer))).isNull();
    assertThat(api.get(RECORDS, "Authorization", bearer).headers().allValues("Vary").toString())
        .contains("Origin");
  }

  @Test
  void anyPageWhereAnyIsAllowedAndNoneWhereNoneIsDeclared() throws Exception {
    var any = start(new ApiAccess(null, null, List.of("*")), false);
    assertThat(allowed(any.get(RECORDS, "Origin", "https://a.example.com"))).isEqualTo("*");
    assertThat(allowed(preflight(any, "https://a.example.com", "POST"))).isEqualTo("*");
    any.close();

    var none = start(null, false);
    assertThat(allowed(none.get(RECORDS, "Origin", "https://a.example.com"))).isNull();
    var preflight = preflight(none, "https://a.example.com", "POST");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(allowed(preflight)).isNull();
  }

  private static HttpResponse<String> preflight(TestPipeline api, String origin, String method)
      throws IOException {
    return api.send(
        api.request(
                RECORDS,
                "Origin",
                origin,
                "Access-Control-Request-Method",
                method,
                "Access-Control-Request-Headers",
                "authorization,prefer")
            .method("OPTIONS", noBody()));
  }

  private static @Nullable String allowed(HttpResponse<String> answer) {
    return answer.headers().firstValue("Access-Control-Allow-Origin").orElse(null);
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }

  @Test
  void settingsThatAreNotUnderstoodKeepTheProcessFromServing() {
    var environment = Map.of("ACEQUIA_API_ACCESS", "{\"onlyFrom\":[\"192.0.2.7\"]}");
    assertThatThrownBy(
            () ->
                TestPipeline.start(
                    environment,
                    LoadMode.APPEND,
                    List.of(),
                    TestPipeline.field("id", FieldType.INT32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("access settings");
  }
}
