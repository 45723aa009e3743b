package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.servers.push.Certificates;
import dev.acequia.servers.push.Certificates.Authority;
import dev.acequia.servers.push.SnsStandIn;
import dev.acequia.servers.push.VendorStandIn;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as Amazon SNS documents them, signed with keys of the test's own. */
class SnsIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String TOPIC = "arn:aws:sns:us-west-2:123456789012:passengers";
  private static final String PASSENGER = "{\"passenger_id\":1,\"name\":\"Juan Perez\"}";
  private static final Authority ROOT = Authority.named("CN=A root");
  private static final Authority INTERMEDIATE = Authority.named("CN=An intermediate, O=Amazon");
  private static final KeyPair KEYS = Certificates.keys();
  private static final Duration YEAR = Duration.ofDays(365);

  private static VendorStandIn vendor;
  private static TestPipeline pipeline;
  private static String certificate;

  @BeforeAll
  static void start(@TempDir Path passwords) throws IOException {
    vendor = new VendorStandIn();
    Files.writeString(passwords.resolve("one"), "correct-horse");
    certificate = chain("/SimpleNotificationService-a1.pem", "CN=sns.amazonaws.com", YEAR, YEAR);
    pipeline =
        TestPipeline.start(
            Map.of(
                "ACEQUIA_SOURCES",
                "{\"sns\":{\"topicArns\":[\"%s\"],\"attributesField\":\"attributes\"}}"
                    .formatted(TOPIC),
                "ACEQUIA_SNS_PASSWORDS_DIR",
                passwords.toString(),
                "ACEQUIA_SOURCES_STAND_IN",
                vendor.origin()),
            LoadMode.APPEND,
            List.of(),
            required("passenger_id", FieldType.INT32),
            field("name", FieldType.STRING),
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

  /** A leaf, the intermediate that signed it and the root that signed that. */
  private static String chain(String path, String subject, Duration leaf, Duration above) {
    return vendor.serve(
        path,
        Certificates.pem(subject, KEYS.getPublic(), INTERMEDIATE, false, leaf)
            + Certificates.pem(
                INTERMEDIATE.name(), INTERMEDIATE.keys().getPublic(), ROOT, true, above)
            + Certificates.pem(ROOT.name(), ROOT.keys().getPublic(), ROOT, true, YEAR));
  }

  private static ObjectNode notification(String message) {
    var document = JsonNodeFactory.instance.objectNode();
    document.put("Type", "Notification");
    document.put("MessageId", UUID.randomUUID().toString());
    document.put("TopicArn", TOPIC);
    document.put("Subject", "My First Message");
    document.put("Message", message);
    document.put("Timestamp", Instant.now().toString());
    document.put("SignatureVersion", "2");
    document.put("SigningCertURL", certificate);
    document.put("UnsubscribeURL", vendor.origin() + "/?Action=Unsubscribe");
    return document;
  }

  private static ObjectNode confirmation(String token) {
    var document = JsonNodeFactory.instance.objectNode();
    document.put("Type", "SubscriptionConfirmation");
    document.put("MessageId", UUID.randomUUID().toString());
    document.put("Token", token);
    document.put("TopicArn", TOPIC);
    document.put("Message", "You have chosen to subscribe to the topic " + TOPIC);
    document.put("SubscribeURL", vendor.serve("/?Action=ConfirmSubscription&Token=" + token, "ok"));
    document.put("Timestamp", Instant.now().toString());
    document.put("SignatureVersion", "1");
    document.put("SigningCertURL", certificate);
    return document;
  }

  private static ObjectNode signed(ObjectNode document, KeyPair keys) {
    var fields = new HashMap<String, String>();
    document.properties().forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
    return document.put("Signature", SnsStandIn.signature(fields, keys.getPrivate()));
  }

  private static HttpResponse<String> push(ObjectNode document) throws IOException {
    return pipeline.post(
        "/v1/records",
        "text/plain; charset=UTF-8",
        JSON.writeValueAsBytes(document),
        "x-amz-sns-message-type",
        document.get("Type").asText(),
        "User-Agent",
        "Amazon Simple Notification Service Agent");
  }

  private static void assertRefused(ObjectNode document) throws IOException {
    var answer = push(document);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
    assertThat(answer.body()).contains("urn:acequia:problem:source-not-trusted");
    pipeline.topic(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void unwrapsANotification(String version) throws IOException {
    var document = notification(PASSENGER).put("SignatureVersion", version);
    document
        .putObject("MessageAttributes")
        .putObject("origin")
        .put("Type", "String")
        .put("Value", "SCL");

    var answer = push(signed(document, KEYS));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"accepted\":1}");
    var record = pipeline.topic(1).getFirst();
    assertThat(new String(record.value(), UTF_8))
        .isEqualTo(
            "{\"attributes\":{\"origin\":\"SCL\"},\"passenger_id\":1,\"name\":\"Juan Perez\"}");
    var name = record.headers().lastHeader(RecordHeader.IDEMPOTENCY_KEY.key());
    assertThat(new String(name.value(), UTF_8))
        .isEqualTo("sns:" + document.get("MessageId").asText());
    assertThat(new String(record.headers().lastHeader("sns_origin").value(), UTF_8))
        .isEqualTo("SCL");
  }

  @Test
  void makesADeadLetterOfWhatDoesNotFit() throws IOException {
    var answer = push(signed(notification("{\"passenger_id\":\"x\"}\n" + PASSENGER), KEYS));

    assertThat(answer.body()).isEqualTo("{\"accepted\":1,\"deadLetters\":1}");
    assertThat(new String(pipeline.topic(2).getFirst().value(), UTF_8)).contains("\"x\"");
  }

  @Test
  void refusesWhatDoesNotFitWhereTheAddressSaysSo() throws IOException {
    var answer =
        pipeline.post(
            "/v1/records?onError=reject",
            "text/plain; charset=UTF-8",
            JSON.writeValueAsBytes(signed(notification("{}\n" + PASSENGER), KEYS)),
            "x-amz-sns-message-type",
            "Notification");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"index\":0", "passenger_id");
    pipeline.topic(0);
  }

  /** Whom it is from is known only when all of it was read. */
  @Test
  void refusesMoreThanAMessageCanHaveBeforeItIsVerified() throws IOException {
    var answer =
        pipeline.post(
            "/v1/records",
            "text/plain; charset=UTF-8",
            " ".repeat(3 << 20).getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "x-amz-sns-message-type",
            "Notification");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
  }

  /** A thread waits for the next byte then, which would come after a minute or never. */
  @Test
  void refusesAMessageThatDoesNotComeInTime() throws IOException {
    var began = System.nanoTime();

    var answer =
        pipeline.raw(
            "POST /v1/records HTTP/1.1\r\nHost: a\r\nx-amz-sns-message-type: Notification\r\n"
                + "Content-Length: 1000\r\n\r\n{");

    assertThat(answer).startsWith("HTTP/1.1 408");
    assertThat(answer).contains("within 10 seconds");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(25));
  }

  @Test
  void refusesForgedMessages() throws IOException {
    assertRefused(signed(notification(PASSENGER), Certificates.keys()));
    assertRefused(signed(notification(PASSENGER), KEYS).put("Message", "{\"passenger_id\":2}"));
    assertRefused(notification(PASSENGER).put("Signature", "EXAMPLEnot+Base64=="));
    assertRefused(
        signed(notification(PASSENGER).put("SignatureVersion", "1"), KEYS)
            .put("SignatureVersion", "3"));
    // Another version than it was signed by.
    assertRefused(
        signed(notification(PASSENGER).put("SignatureVersion", "1"), KEYS)
            .put("SignatureVersion", "2"));
  }

  @Test
  void refusesOtherTopicsAndOldMessages() throws IOException {
    assertRefused(signed(notification(PASSENGER).put("TopicArn", TOPIC + "-of-others"), KEYS));
    var old = Instant.now().minus(Duration.ofHours(13)).toString();
    assertRefused(signed(notification(PASSENGER).put("Timestamp", old), KEYS));
  }

  @Test
  void refusesCertificatesThatAreNotAmazons() throws IOException {
    var elsewhere = certificate.replace("127.0.0.1", "localhost");
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", elsewhere), KEYS));
    assertRefused(
        signed(notification(PASSENGER).put("SigningCertURL", certificate + "?a=b"), KEYS));
    var others = chain("/others.pem", "CN=sns.example.com", YEAR, YEAR);
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", others), KEYS));
    var none = vendor.serve("/none.pem", "nothing");
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", none), KEYS));
  }

  @Test
  void refusesCertificatesThatAreNotInForce() throws IOException {
    var expired = Duration.ofDays(-1);
    var leaf = chain("/expired.pem", "CN=sns.amazonaws.com", expired, YEAR);
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", leaf), KEYS));
    var above = chain("/expired-above.pem", "CN=sns.amazonaws.com", YEAR, expired);
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", above), KEYS));
    var broken =
        vendor.serve(
            "/broken.pem",
            Certificates.pem("CN=sns.amazonaws.com", KEYS.getPublic(), INTERMEDIATE, false, YEAR)
                + Certificates.pem(ROOT.name(), ROOT.keys().getPublic(), ROOT, true, YEAR));
    assertRefused(signed(notification(PASSENGER).put("SigningCertURL", broken), KEYS));
  }

  @Test
  void asksForTheSameMessageLaterWhileTheCertificateIsNotToBeHad() throws IOException {
    var absent = vendor.origin() + "/absent.pem";

    var answer = push(signed(notification(PASSENGER).put("SigningCertURL", absent), KEYS));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void confirmsTheSubscriptionOfADeclaredTopicOnce() throws IOException {
    var document = signed(confirmation("one"), KEYS);
    assertThat(push(document).statusCode()).isEqualTo(200);
    assertThat(vendor.asked("/?Action=ConfirmSubscription&Token=one")).isEqualTo(1);

    assertRefused(document);
    assertThat(vendor.asked("/?Action=ConfirmSubscription&Token=one")).isEqualTo(1);
  }

  @Test
  void confirmsNothingElse() throws IOException {
    assertRefused(signed(confirmation("two").put("TopicArn", TOPIC + "2"), KEYS));
    assertRefused(signed(confirmation("two"), Certificates.keys()));
    var old = Instant.now().minus(Duration.ofHours(2)).toString();
    assertRefused(signed(confirmation("two").put("Timestamp", old), KEYS));
    assertThat(vendor.asked("/?Action=ConfirmSubscription&Token=two")).isZero();
    var elsewhere = "http://localhost:1/?Token=three";
    assertRefused(signed(confirmation("three").put("SubscribeURL", elsewhere), KEYS));
  }

  @Test
  void takesRawMessagesFromWhoKnowsThePassword() throws IOException {
    assertThat(raw(null).statusCode()).isEqualTo(401);
    assertThat(raw(null).headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
    assertThat(raw("sns:wrong").statusCode()).isEqualTo(401);
    pipeline.topic(0);

    var answer = raw("sns:correct-horse");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    pipeline.topic(1);
  }

  private static HttpResponse<String> raw(@Nullable String login) throws IOException {
    var request =
        pipeline
            .request("/v1/records")
            .header("Content-Type", "text/plain; charset=UTF-8")
            .header("x-amz-sns-rawdelivery", "true")
            .header("x-amz-sns-message-type", "Notification")
            .header("x-amz-sns-message-id", UUID.randomUUID().toString())
            .header("x-amz-sns-topic-arn", TOPIC)
            .POST(BodyPublishers.ofString(PASSENGER));
    if (login != null) {
      request.header(
          "Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)));
    }
    return pipeline.send(request);
  }
}
