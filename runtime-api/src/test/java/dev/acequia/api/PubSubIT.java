package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pushes as Google documents them, with tokens of the test's own key. */
class PubSubIT {
  static final String AUDIENCE = "https://flights.example.com/v1/records";
  static final String ACCOUNT = "push@my-project.iam.gserviceaccount.com";
  private static final String FLIGHT = "{\"flight\":\"UA1545\"}";

  private static VendorStandIn vendor;
  private static TestPipeline pipeline;
  private static RSAKey key;

  @BeforeAll
  static void start() throws JOSEException {
    vendor = new VendorStandIn();
    key = new RSAKeyGenerator(2048).keyID("one").generate();
    vendor.serveGoogleKeys(new JWKSet(key.toPublicJWK()).toString());
    pipeline =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_SOURCES",
                """
                {"pubsub":{"audience":"%s","serviceAccount":"%s","attributesField":"attributes"}}
                """
                    .formatted(AUDIENCE, ACCOUNT),
                "ACEQUIA_SOURCES_STAND_IN",
                vendor.origin()),
            LoadMode.APPEND,
            List.of(),
            required("flight", FieldType.STRING),
            field("attributes", FieldType.JSON));
  }

  @AfterAll
  static void stop() {
    pipeline.close();
    vendor.close();
  }

  @BeforeEach
  void mark() {
    pipeline.mark();
  }

  /** As Google's: the payload in the documentation of authenticated push subscriptions. */
  static JWTClaimsSet.Builder claims() {
    var now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer("https://accounts.google.com")
        .audience(AUDIENCE)
        .subject("113774264463038321964")
        .claim("azp", "113774264463038321964")
        .claim("email", ACCOUNT)
        .claim("email_verified", true)
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(3600)));
  }

  static String token(JWTClaimsSet claims, RSAKey by) throws JOSEException {
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(by.getKeyID()).build(), claims);
    token.sign(new RSASSASigner(by));
    return token.serialize();
  }

  private static String wrapped(String data) {
    return """
    {
      "message": {
        "attributes": {"airport": "SCL", "kind": "departure"},
        "data": "%s",
        "messageId": "2070443601311540",
        "message_id": "2070443601311540",
        "publishTime": "2021-02-26T19:13:55.749Z",
        "publish_time": "2021-02-26T19:13:55.749Z"
      },
      "subscription": "projects/my-project/subscriptions/flights"
    }
    """
        .formatted(Base64.getEncoder().encodeToString(data.getBytes(UTF_8)));
  }

  private static HttpResponse<String> push(String token) throws IOException {
    return pipeline.post(
        "application/json",
        wrapped(FLIGHT),
        "Authorization",
        "Bearer " + token,
        "User-Agent",
        "CloudPubSub-Google");
  }

  private static void assertRefused(String token) throws IOException {
    var answer = push(token);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
    pipeline.topic(0);
  }

  @Test
  void unwrapsAMessageAndKeepsItsAttributes() throws IOException, JOSEException {
    var answer = push(token(claims().build(), key));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    var record = pipeline.topic(1).getFirst();
    assertThat(new String(record.value(), UTF_8))
        .isEqualTo(
            "{\"attributes\":{\"airport\":\"SCL\",\"kind\":\"departure\"},\"flight\":\"UA1545\"}");
    assertThat(new String(record.headers().lastHeader("pubsub_airport").value(), UTF_8))
        .isEqualTo("SCL");
    assertThat(record.headers().lastHeader(RecordHeader.IDEMPOTENCY_KEY.key())).isNotNull();
  }

  @Test
  void namesEachDeliveryOfAMessageAlike() throws IOException, JOSEException {
    push(token(claims().build(), key));
    push(token(claims().build(), key));

    var names =
        pipeline.topic(2).stream()
            .map(record -> record.headers().lastHeader(RecordHeader.IDEMPOTENCY_KEY.key()))
            .map(header -> new String(header.value(), UTF_8))
            .distinct();
    assertThat(names).hasSize(1);
  }

  @Test
  void takesAnUnwrappedPayload() throws IOException, JOSEException {
    var answer =
        pipeline.post(
            "application/json",
            FLIGHT,
            "Authorization",
            "Bearer " + token(claims().build(), key),
            "x-goog-pubsub-message-id",
            "2070443601311541",
            "x-goog-pubsub-subscription-name",
            "projects/my-project/subscriptions/flights");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(new String(pipeline.topic(1).getFirst().value(), UTF_8)).contains("UA1545");
  }

  @Test
  void knowsAPushByItsTokenAlone() throws IOException, JOSEException {
    var answer =
        pipeline.post(
            "application/json",
            wrapped(FLIGHT),
            "Authorization",
            "Bearer " + token(claims().build(), key));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(new String(pipeline.topic(1).getFirst().value(), UTF_8)).contains("UA1545");
  }

  @Test
  void refusesTokensForOthersOrOfOthers() throws IOException, JOSEException {
    assertRefused(token(claims().audience("https://elsewhere.example.com").build(), key));
    assertRefused(token(claims().audience((String) null).build(), key));
    assertRefused(token(claims().claim("email", "other@example.com").build(), key));
    assertRefused(token(claims().claim("email_verified", false).build(), key));
    assertRefused(token(claims().issuer("https://accounts.example.com").build(), key));
    var past = Date.from(Instant.now().minusSeconds(300));
    assertRefused(token(claims().expirationTime(past).build(), key));
    assertRefused(token(claims().expirationTime(null).build(), key));
  }

  @Test
  void refusesForgedTokens() throws IOException, JOSEException {
    assertRefused(token(claims().build(), new RSAKeyGenerator(2048).keyID("one").generate()));
    assertRefused(new PlainJWT(claims().build()).serialize());
    var mac = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims().build());
    mac.sign(new MACSigner(key.toRSAPublicKey().getEncoded()));
    assertRefused(mac.serialize());
    assertRefused("nonsense");
    for (var i = 0; i < 3; i++) {
      assertRefused(token(claims().build(), new RSAKeyGenerator(2048).keyID("two").generate()));
    }
    var signed = token(claims().build(), key);
    assertRefused(signed.substring(0, signed.length() - 6) + "AAAAAA");
  }

  @Test
  void refusesAPushWithoutAToken() throws IOException {
    var answer =
        pipeline.post("application/json", wrapped(FLIGHT), "User-Agent", "CloudPubSub-Google");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("authentication");
  }

  @Test
  void refusesWhatIsNoPush() throws IOException, JOSEException {
    for (var body : List.of("{}", "[]", "{\"message\":{}}", "nonsense", "{\"message\":7}")) {
      var answer =
          pipeline.post(
              "application/json",
              body,
              "Authorization",
              "Bearer " + token(claims().build(), key),
              "User-Agent",
              "CloudPubSub-Google");
      assertThat(answer.statusCode()).as(body + answer.body()).isEqualTo(400);
    }
  }
}
