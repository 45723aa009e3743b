package dev.acequia.api.openapi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.contract.source.PushSources;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OpenApiDocumentTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static PipelineDefinition definition(LoadMode mode) {
    var types =
        Arrays.stream(FieldType.values())
            .map(
                type ->
                    new Field(
                        "a_" + type.name().toLowerCase(Locale.ROOT),
                        type,
                        type == FieldType.STRING,
                        "what it is"));
    var decimals =
        Stream.of(new Digits(12, 2), new Digits(4, 2), new Digits(3, 3), new Digits(38, 0))
            .map(
                digits ->
                    new Field(
                        "decimal_" + digits.precision(), FieldType.DECIMAL, true, digits, null));
    var fields = Stream.concat(types, decimals).toList();
    return new PipelineDefinition(
        "ops",
        "everything",
        "All types there are",
        new Schema(List.of("a_string", "a_int32"), fields, UnknownFields.REJECT),
        new TopicDefinition("ops.everything", "id", 1, "ops.everything.dlq"),
        new StoreDefinition.Postgres("ops", "everything"),
        mode,
        500,
        0.05,
        null);
  }

  private static JsonNode document(LoadMode mode) throws IOException {
    return JSON.readTree(
        OpenApiDocument.of(definition(mode), AccessDescription.OPEN, PushSources.NONE));
  }

  @Test
  void saysWhatACallerHasToShowAndWhatIsAnsweredOtherwise() throws IOException {
    var open = document(LoadMode.UPSERT);
    assertThat(open.has("security")).isFalse();
    assertThat(open.at("/components/securitySchemes").isMissingNode()).isTrue();
    assertThat(open.findValues("401")).isEmpty();

    var settings =
        new ApiAccess(
            new ApiAccess.Oidc(
                "https://login.example.com", "flights", "scope", List.of("w"), List.of("r")),
            new ApiAccess.RateLimit(5, 10),
            List.of());
    var closed =
        JSON.readTree(
            OpenApiDocument.of(
                definition(LoadMode.UPSERT),
                new AccessDescription(settings, true, true),
                PushSources.NONE));
    assertThat(closed.get("security").toString()).isEqualTo("[{\"apiKey\":[]},{\"token\":[]}]");
    assertThat(closed.at("/components/securitySchemes/apiKey/scheme").asText()).isEqualTo("bearer");
    assertThat(closed.at("/components/securitySchemes/token/description").asText())
        .contains("https://login.example.com", "`flights`");
    for (var operation : List.of("/paths/~1v1~1records/get", "/paths/~1v1~1records/post")) {
      for (var status : List.of("401", "403", "429")) {
        var reference = closed.at(operation + "/responses/" + status + "/$ref").asText();
        assertThat(
                closed.at(reference.substring(1)).path("content").has("application/problem+json"))
            .as(operation + " " + status)
            .isTrue();
      }
    }
    var certificates =
        JSON.readTree(
            OpenApiDocument.of(
                definition(LoadMode.APPEND),
                new AccessDescription(ApiAccess.NONE, false, true),
                PushSources.NONE));
    assertThat(certificates.at("/components/securitySchemes/certificate/type").asText())
        .isEqualTo("mutualTLS");
    assertThat(certificates.findValues("403")).isEmpty();
  }

  @Test
  void showsExamplesThatAreAccepted() throws IOException, BadRecordException {
    var schema = definition(LoadMode.UPSERT).schema();
    var post = document(LoadMode.UPSERT).at("/paths/~1v1~1records/post/requestBody/content");
    var several = post.get("application/json").at("/examples/several/value");
    assertThat(several).hasSize(2);
    for (var record : several) {
      var bytes = record.toString().getBytes(UTF_8);
      new RecordDecoder(schema).decode(bytes, 0, bytes.length, new Row(schema));
    }
  }

  @Test
  void namesEachFieldsOwnType() throws IOException {
    var record = document(LoadMode.UPSERT).at("/components/schemas/Record");

    for (var type : FieldType.values()) {
      var name = type.name().toLowerCase(Locale.ROOT);
      assertThat(record.at("/properties/a_" + name + "/x-acequia-type").asText()).isEqualTo(name);
    }
    assertThat(record.at("/properties/a_date/type")).hasToString("[\"string\",\"null\"]");
    assertThat(record.at("/properties/a_int32/type").asText()).isEqualTo("integer");
    assertThat(record.get("required").toString()).startsWith("[\"a_string\",\"a_int32\"");
    assertThat(record.get("additionalProperties").asBoolean()).isFalse();
  }

  @Test
  void saysHowManyDigitsADecimalHas() throws IOException {
    var properties = document(LoadMode.UPSERT).at("/components/schemas/Record/properties");

    var fare = properties.get("decimal_12");
    assertThat(fare.get("exclusiveMinimum").longValue()).isEqualTo(-10_000_000_000L);
    assertThat(fare.get("exclusiveMaximum").longValue()).isEqualTo(10_000_000_000L);
    assertThat(fare.get("x-acequia-precision").intValue()).isEqualTo(12);
    assertThat(fare.get("x-acequia-scale").intValue()).isEqualTo(2);
    assertThat(fare.has("multipleOf")).isFalse();
    assertThat(properties.get("decimal_3").get("exclusiveMaximum").intValue()).isOne();
    assertThat(properties.get("decimal_38").get("multipleOf").intValue()).isOne();
    assertThat(properties.get("a_decimal").has("exclusiveMaximum")).isFalse();
  }

  @Test
  void offersOneRecordOnlyWhereAKeyNamesOne() throws IOException {
    assertThat(document(LoadMode.UPSERT).at("/paths/~1v1~1records~1{key}/get").isObject()).isTrue();
    assertThat(document(LoadMode.APPEND).at("/paths/~1v1~1records~1{key}").isMissingNode())
        .isTrue();
  }

  @Test
  void resolvesEveryReference() throws IOException {
    var document = document(LoadMode.UPSERT);
    var references = document.findValuesAsText("$ref");
    assertThat(references).isNotEmpty();
    for (var reference : references) {
      assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
  }

  private static final PushSources ALL_SOURCES =
      new PushSources(
          new PushSources.CloudEvents("a_json"),
          new PushSources.Sns(List.of("arn:aws:sns:us-west-2:123456789012:passengers"), null),
          new PushSources.PubSub("https://flights.example.com", "push@example.com", null),
          new PushSources.Firehose(null));

  private static JsonNode push(AccessDescription access, PushSources sources) throws IOException {
    var document = JSON.readTree(OpenApiDocument.of(definition(LoadMode.UPSERT), access, sources));
    for (var reference : document.findValuesAsText("$ref")) {
      assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
    return document.at("/paths/~1v1~1records/post");
  }

  @Test
  void describesTheEnvelopesOfDeclaredSources() throws IOException {
    var push = push(AccessDescription.OPEN, ALL_SOURCES);

    assertThat(push.at("/requestBody/content").fieldNames())
        .toIterable()
        .contains(
            "application/cloudevents+json", "application/cloudevents-batch+json", "text/plain");
    var event = push.at("/requestBody/content/application~1cloudevents+json/example/data");
    assertThat(event.has("a_string")).isTrue();
    assertThat(event.has("a_json")).as("the API fills it with the event's attributes").isFalse();
    assertThat(push.at("/requestBody/content/application~1json/schema/anyOf").toString())
        .contains("Record", "PubSubPush", "FirehoseDelivery");
    assertThat(push.get("parameters").findValuesAsText("name"))
        .contains("ce-id", "x-amz-sns-message-type", "X-Amz-Firehose-Request-Id");
    assertThat(push.get("security")).hasToString("[{},{\"pubsub\":[]},{\"firehose\":[]}]");
    assertThat(push.get("responses").has("401")).isTrue();
    assertThat(push.get("responses").has("403")).isTrue();
    assertThat(push.at("/responses/200/content/application~1json/schema/anyOf").toString())
        .contains("PushResult", "FirehoseAnswer");
    assertThat(push.get("description").asText()).contains("CloudEvents", "Amazon SNS");
  }

  @Test
  void describesNoEnvelopeThatIsNotDeclared() throws IOException {
    assertThat(push(AccessDescription.OPEN, PushSources.NONE).toString())
        .doesNotContain("ce-id", "Firehose", "Pub/Sub", "SNS", "401");
    var events =
        push(
            AccessDescription.OPEN,
            new PushSources(new PushSources.CloudEvents(null), null, null, null));
    assertThat(events.toString()).contains("ce-id").doesNotContain("Firehose", "SNS", "401");
  }

  @Test
  void letsASourcesOwnProofStandBesideAKey() throws IOException {
    var push = push(new AccessDescription(ApiAccess.NONE, true, false), ALL_SOURCES);

    assertThat(push.get("security"))
        .hasToString("[{\"apiKey\":[]},{\"pubsub\":[]},{\"firehose\":[]}]");
  }

  @Test
  void describesEveryAnswer() throws IOException {
    var responses = document(LoadMode.UPSERT).at("/paths/~1v1~1records/post/responses");
    for (var status : List.of("200", "400", "408", "413", "415", "500", "503")) {
      assertThat(responses.has(status)).as(status).isTrue();
    }
  }
}
