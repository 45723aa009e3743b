package dev.acequia.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.PlatformConfig;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecValidationTest {
  private static final String VALID =
      """
      metadata: {name: flights, namespace: ops}
      spec:
        schema: {fields: [{name: flight, type: int32, required: true}]}
        store: {postgres: {secretName: warehouse}}
      """;

  @Test
  void takesTheLeastSpec() {
    assertThat(violations(VALID)).isEmpty();
  }

  @Test
  void listsAllViolationsAtOnceEachWithItsPath() {
    assertThat(
            violations(
                """
                metadata: {name: Flights, namespace: ops}
                spec:
                  schema:
                    key: [gone]
                    fields: [{name: a, type: int32}, {name: a, type: string}]
                  store: {}
                  topic: {retention: 1w}
                  consumer: {scaling: {min: 3, max: 2, lagPerReplica: 1}}
                """))
        .extracting(Violation::path)
        .containsExactlyInAnyOrder(
            "metadata.name",
            "spec.schema.fields",
            "spec.schema.key",
            "spec.store",
            "spec.topic.retention",
            "spec.consumer.scaling");
  }

  @Test
  void refusesWhatIsNotBuiltYet() {
    assertThat(
            violations(
                VALID
                    + """
                      api:
                        scaling: {min: 1, max: 2}
                        host: example.com
                      consumer: {replicas: 3, scaling: {max: 2}}
                    """))
        .extracting(Violation::path)
        .containsExactlyInAnyOrder("spec.api.scaling", "spec.api.host", "spec.consumer.scaling");
  }

  @Test
  void refusesAnUpsertWithoutKeyAndAKeyThatMayBeAbsent() {
    assertThat(violations(VALID + "  consumer: {mode: upsert}\n"))
        .singleElement()
        .hasToString(
            "spec.schema.key: mode upsert keeps the newest record of each key; name the key fields, or use append");
    assertThat(
            violations(
                """
                metadata: {name: flights, namespace: ops}
                spec:
                  schema: {key: [flight], fields: [{name: flight, type: int32}]}
                  store: {postgres: {secretName: warehouse}}
                """))
        .singleElement()
        .extracting(Violation::message)
        .asString()
        .contains("required: true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "type: int64, precision: 12 | 'price' has precision or scale, which only a decimal has",
        "type: decimal, scale: 2 | 'price' has a scale but no precision; set precision",
        "type: decimal, precision: 39 | 'price' has precision 39; set precision",
        "type: decimal, precision: 4, scale: 5 | 'price' has scale 5; set it",
        "type: decimal, precision: 4, scale: -1 | 'price' has scale -1; set it"
      })
  void refusesDigitsThatNoDecimalHas(String field, String message) {
    assertThat(violations(VALID.replace("type: int32", field).replace("flight,", "price,")))
        .singleElement()
        .asString()
        .startsWith("spec.schema.fields: " + message);
  }

  @Test
  void takesDigitsOfADecimal() {
    assertThat(violations(VALID.replace("type: int32", "type: decimal, precision: 12, scale: 2")))
        .isEmpty();
    assertThat(violations(VALID.replace("type: int32", "type: decimal, precision: 12"))).isEmpty();
  }

  @Test
  void refusesIndexesThatTheTableCannotHave() {
    assertThat(
            violations(
                """
                metadata: {name: flights, namespace: ops}
                spec:
                  schema: {fields: [{name: flight, type: int32}, {name: note, type: json}]}
                  store:
                    postgres:
                      secretName: warehouse
                      indexes: [{fields: [flight]}, {fields: [note]}, {fields: [gone]}, {fields: []}]
                """))
        .extracting(Violation::path)
        .containsExactly(
            "spec.store.postgres.indexes[1].fields",
            "spec.store.postgres.indexes[2].fields",
            "spec.store.postgres.indexes[3].fields");
  }

  @Test
  void promisesNothingThatIsFresherThanTheStoreCommits() {
    var lake =
        """
        metadata: {name: flights, namespace: ops}
        spec:
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {lake: {location: 's3://analytics/flights', catalog: {glue: {}}, commitInterval: 2m}}
        """;
    assertThat(violations(lake)).isEmpty();
    assertThat(violations(lake + "  slo: {freshness: 3m}\n")).isEmpty();
    assertThat(violations(lake + "  slo: {freshness: 2m}\n"))
        .singleElement()
        .hasToString(
            "spec.slo.freshness: '2m' is too short: the store collects records for 120 s and then stores them; use 180 s or more, or let the store commit more often");
    assertThat(violations(VALID + "  slo: {freshness: 1s}\n")).isEmpty();
    assertThat(violations(VALID + "  slo: {freshness: soon}\n"))
        .extracting(Violation::path)
        .containsExactly("spec.slo.freshness");
  }

  @Test
  void adoptsOnlyWhatThePlatformLetsItAdopt() {
    var adopting = VALID + "  topic: {name: %s, adopt: true}\n";
    var pipeline = Serialization.unmarshal(adopting.formatted("orders"), DataPipeline.class);
    var own = pipeline.getMetadata().getNamespace() + "." + pipeline.getMetadata().getName();
    assertThat(violations(adopting.formatted("orders"))).isEmpty();
    assertThat(violations(adopting.formatted(own + ".dlq")))
        .extracting(Violation::path)
        .containsExactly("spec.topic.name");
    for (var reserved :
        List.of(
            "__consumer_offsets", "__transaction_state", "_acequia.owners", "other.flights.dlq")) {
      assertThat(violations(adopting.formatted(reserved)))
          .as(reserved)
          .extracting(Violation::path)
          .containsExactly("spec.topic.name");
    }
    assertThat(violations(adopting.formatted("connect.dlq"))).isEmpty();
    assertThat(violations(VALID + "  topic: {name: orders}\n"))
        .extracting(Violation::path)
        .containsExactly("spec.topic");

    var strimzi =
        """
        runtimeImage: i
        kafka:
          bootstrapServers: 'k:1'
          topicProvider: strimzi
          strimzi: {namespace: kafka, cluster: main}
          %s
        """;
    var loggedOn = PlatformConfig.parse(strimzi.formatted(""));
    assertThat(SpecValidation.of(pipeline, loggedOn))
        .singleElement()
        .satisfies(
            violation ->
                assertThat(violation.toString()).contains("orders", "platform.kafka.adoptable"));
    for (var listed : List.of("orders", "ord*", "'*'")) {
      var platform = PlatformConfig.parse(strimzi.formatted("adoptable: [" + listed + "]"));
      assertThat(SpecValidation.of(pipeline, platform)).as(listed).isEmpty();
    }
  }

  /** A topic's name may begin like a namespace by chance. */
  @Test
  void adoptsNothingByItsNameWhereTheOperatorGrantsRights() {
    var pipeline =
        Serialization.unmarshal(
            VALID + "  topic: {name: ops.orders, adopt: true}\n", DataPipeline.class);
    assertThat(SpecValidation.of(pipeline, platform(""))).isEmpty();
    var granting =
        """
        runtimeImage: i
        kafka: {bootstrapServers: 'k:1', secretName: admin, users: scram-sha-512, adoptable: [%s]}
        """;
    assertThat(SpecValidation.of(pipeline, PlatformConfig.parse(granting.formatted(""))))
        .extracting(Violation::path)
        .containsExactly("spec.topic.name");
    assertThat(SpecValidation.of(pipeline, PlatformConfig.parse(granting.formatted("ops.orders"))))
        .isEmpty();
  }

  @Test
  void refusesTheNameOfItsOwnCopyOfALogOn() {
    var topic = VALID + "  topic: {kafkaSecretName: %s}\n";
    for (var taken : List.of("flights-kafka", "flights-kafka-api", "flights-kafka-consumer")) {
      assertThat(violations(topic.formatted(taken)))
          .as(taken)
          .extracting(Violation::path)
          .containsExactly("spec.topic.kafkaSecretName");
    }
    assertThat(violations(topic.formatted("kafka"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "null", "{}", "{\"to\": \"latest\"}", "{\"topicId\": \"a\"}"})
  void refusesAnAnnotationThatCannotBeRead(String word) {
    var pipeline = Serialization.unmarshal(VALID, DataPipeline.class);
    pipeline.getMetadata().setAnnotations(Map.of("acequia.dev/accept-offsets", word));
    assertThat(SpecValidation.of(pipeline, platform("")))
        .singleElement()
        .extracting(Violation::path)
        .isEqualTo("metadata.annotations['acequia.dev/accept-offsets']");
  }

  @Test
  void refusesAnOpenApiWhereThePlatformRequiresProtection() {
    var pipeline = Serialization.unmarshal(VALID, DataPipeline.class);
    assertThat(SpecValidation.of(pipeline, platform("requireAuth: true")))
        .singleElement()
        .extracting(Violation::path)
        .isEqualTo("spec.api.auth");
    for (var means :
        List.of(
            "auth: {apiKeysSecretName: keys}",
            "auth: {oidc: {issuer: 'https://i.example.com', audience: a}}",
            "tls: {secretName: tls, clientCaSecretName: ca}")) {
      var closed = Serialization.unmarshal(VALID + "  api: {" + means + "}\n", DataPipeline.class);
      assertThat(SpecValidation.of(closed, platform("requireAuth: true"))).as(means).isEmpty();
    }
  }

  @Test
  void refusesAnIssuerThatCouldBeAnyone() {
    var issuer = VALID + "  api: {auth: {oidc: {issuer: '%s', audience: a}}}\n";
    assertThat(violations(issuer.formatted("http://login.example.com")))
        .extracting(Violation::path)
        .containsExactly("spec.api.auth.oidc.issuer");
    assertThat(violations(issuer.formatted("http://127.0.0.1.example.com"))).hasSize(1);
    assertThat(violations(issuer.formatted("http://127.0.0.1:8080/realm"))).isEmpty();
    assertThat(violations(VALID + "  api: {auth: {}}\n"))
        .extracting(Violation::path)
        .containsExactly("spec.api.auth");
  }

  private static List<Violation> violations(String yaml) {
    return SpecValidation.of(Serialization.unmarshal(yaml, DataPipeline.class), platform(""));
  }

  private static PlatformConfig platform(String more) {
    return PlatformConfig.parse(
        "runtimeImage: i\nkafka: {bootstrapServers: 'k:1'}\n" + more + "\n");
  }
}
