package dev.acequia.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.acequia.api.access.TestIssuer;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.contract.record.RecordHeader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose an Idempotency-Key is, and that it names one body. */
class IdempotencyScopeIT {
  private static final String JSON = "application/json";
  private static final String ACCOUNT = "push@my-project.iam.gserviceaccount.com";

  @TempDir private static Path keys;
  private static TestPipeline pipeline;
  private static TestIssuer issuer;
  private static ApiKey a;
  private static ApiKey b;

  @BeforeAll
  static void start() throws Exception {
    a = key("a");
    b = key("b");
    issuer = new TestIssuer();
    var oidc =
        new ApiAccess.Oidc(issuer.url(), "flights", "scope", List.of("ingest"), List.of("query"));
    pipeline =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_API_KEYS_DIR",
                keys.toString(),
                "ACEQUIA_API_ACCESS",
                new ApiAccess(oidc, null, List.of()).toJson(),
                "ACEQUIA_SOURCES",
                """
                {"cloudEvents":{},
                 "pubsub":{"audience":"https://flights.example.com","serviceAccount":"%s"}}
                """
                    .formatted(ACCOUNT)),
            LoadMode.APPEND,
            List.of(),
            TestPipeline.required("n", FieldType.INT32));
  }

  @AfterAll
  static void stop() {
    pipeline.close();
    issuer.close();
  }

  @BeforeEach
  void mark() {
    pipeline.mark();
  }

  private static ApiKey key(String id) throws IOException {
    var key = ApiKey.generate(id, new SecureRandom());
    Files.writeString(
        keys.resolve(id), ApiKeyEntry.of(key, List.of(Scope.INGEST), Instant.now(), null).toJson());
    return key;
  }

  private static HttpResponse<String> push(String credential, String key, String body)
      throws IOException {
    return pipeline.post(
        JSON, body, "Authorization", "Bearer " + credential, "Idempotency-Key", key);
  }

  private static HttpResponse<String> event(ApiKey key, String id, int n) throws IOException {
    return pipeline.post(
        "application/cloudevents+json",
        """
        {"specversion":"1.0","type":"t","source":"/s","id":"%s","data":{"n":%d}}
        """
            .formatted(id, n),
        "Authorization",
        "Bearer " + key.text());
  }

  private static List<String> headers(int records, RecordHeader name) {
    return pipeline.topic(records).stream()
        .map(record -> new String(record.headers().lastHeader(name.key()).value(), UTF_8))
        .toList();
  }

  @Test
  void isTheCallersOwn() throws Exception {
    assertThat(push(a.text(), "1", "{\"n\":1}").statusCode()).isEqualTo(200);
    assertThat(push(b.text(), "1", "{\"n\":2}").statusCode()).isEqualTo(200);
    var claims = issuer.claims("flights", "ingest");
    var token = push(issuer.token(claims), "1", "{\"n\":3}");
    assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
    assertThat(event(a, "1", 4).statusCode()).isEqualTo(200);

    assertThat(headers(4, RecordHeader.IDEMPOTENCY_KEY).subList(0, 3)).containsOnly("1");
    var subject = claims.build().getSubject();
    assertThat(headers(4, RecordHeader.IDEMPOTENCY_SCOPE))
        .containsExactly(
            "3:key1:a4:push",
            "3:key1:b4:push",
            "7:subject%d:%s%d:%s4:push"
                .formatted(issuer.url().length(), issuer.url(), subject.length(), subject),
            "3:key1:a11:cloudevents");
  }

  @Test
  void doesNotTakeAMessagesPlaceNorAMessageAKeys() throws Exception {
    event(a, "A234", 1);
    var id = headers(1, RecordHeader.IDEMPOTENCY_KEY).getFirst();
    push(a.text(), id, "{\"n\":2}");

    assertThat(headers(2, RecordHeader.IDEMPOTENCY_KEY)).containsOnly(id);
    assertThat(headers(2, RecordHeader.IDEMPOTENCY_SCOPE)).doesNotHaveDuplicates();
  }

  @Test
  void isLeftOutWithTheKey() throws Exception {
    pipeline.post(JSON, "{\"n\":1}", "Authorization", "Bearer " + a.text());

    assertThat(pipeline.topic(1).getFirst().headers()).isEmpty();
  }

  @Test
  void namesOneBodyOnly() throws Exception {
    var body = "[{\"n\":1},{\"n\":2}]";
    assertThat(push(a.text(), "one", body).statusCode()).isEqualTo(200);

    var other = push(a.text(), "one", "[{\"n\":1},{\"n\":3}]");
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(other.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(other.body())
        .contains("urn:acequia:problem:idempotency-key-reused", "Send the same body again");
    for (var coding : List.of("gzip", "zstd")) {
      var again =
          pipeline.post(
              "/v1/records",
              JSON,
              Compressed.by(coding, body.getBytes(UTF_8)),
              "Content-Encoding",
              coding,
              "Authorization",
              "Bearer " + a.text(),
              "Idempotency-Key",
              "one");
      assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    }
    // As it comes, nobody knows it beforehand; the consumer tells its records from repeats.
    assertThat(
            pipeline
                .post(
                    "/v1/records?onError=skip",
                    JSON,
                    "{\"n\":4}".getBytes(UTF_8),
                    "Authorization",
                    "Bearer " + a.text(),
                    "Idempotency-Key",
                    "one")
                .statusCode())
        .isEqualTo(200);
    assertThat(pipeline.topic(7)).hasSize(7);
  }

  @Test
  void isFreeAgainWhenNothingWasStored() throws Exception {
    assertThat(push(a.text(), "mended", "[{\"n\":1},{\"n\":\"x\"}]").statusCode()).isEqualTo(400);
    assertThat(push(a.text(), "mended", "[{\"n\":1}}{\"n\":2}]").statusCode()).isEqualTo(400);
    assertThat(push(a.text(), "mended", "[{\"n\":1},{\"n\":2}]").statusCode()).isEqualTo(200);
    pipeline.topic(2);
  }

  /** What one source is known by must not open another, which asks for no proof. */
  @Test
  void aTokenThatNobodyVerifiesLetsNoEventIn() throws Exception {
    var forged = new PlainJWT(new JWTClaimsSet.Builder().claim("email", ACCOUNT).build());
    for (var headers :
        List.of(
            List.of("Authorization", "Bearer " + forged.serialize()),
            List.of("x-goog-pubsub-message-id", "1"))) {
      var answer =
          pipeline.post(
              "application/cloudevents+json",
              "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/s\",\"id\":\"1\","
                  + "\"data\":{\"n\":1}}",
              headers.toArray(String[]::new));
      assertThat(answer.statusCode()).as(answer.body()).isIn(401, 403);
    }
    pipeline.topic(0);
  }
}
