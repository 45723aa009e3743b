package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Records that cannot be stored, from the producer's mistake to their being stored after all. */
@EndToEnd
class DeadLettersE2E {
  private static final String NAMESPACE = "dead-letters-e2e";

  private static Platform platform;

  @BeforeAll
  static void createNamespace(Platform platform) {
    DeadLettersE2E.platform = platform;
    platform.createNamespace(NAMESPACE);
  }

  private static String manifest(String name, String fields, String consumer) {
    return """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: %s, namespace: %s}
        spec:
          schema: {fields: [%s]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 3}
          consumer: %s
        """
        .formatted(name, NAMESPACE, fields, consumer);
  }

  /** As a producer that writes to the topic itself. */
  private static void produce(String pipeline, List<String> records) {
    var settings = platform.environment.kafka();
    settings.put("acks", "all");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (var record : records) {
        producer.send(new ProducerRecord<>(NAMESPACE + "." + pipeline, record));
      }
    }
  }

  private static void awaitSql(String expected, String statement) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(() -> assertThat(platform.sql(statement)).containsExactly(expected));
  }

  private static void awaitServed(String pipeline) {
    var generation = platform.get(NAMESPACE, "dp/" + pipeline, ".metadata.generation");
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              assertThat(platform.get(NAMESPACE, "dp/" + pipeline, ".status.observedGeneration"))
                  .isEqualTo(generation);
              assertThat(platform.condition(NAMESPACE, pipeline, "Ready")).startsWith("True ");
            });
  }

  private static void acequia(String... arguments) throws Exception {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of("-n", NAMESPACE, "--kubeconfig", platform.environment.kubeconfig().toString()));
    var process = platform.acequia(all.toArray(String[]::new));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void redrivesExactlyTheRecordsThatTheSchemaLacked() throws Exception {
    platform.kubectl.apply(
        manifest("departures", "{name: id, type: int64, required: true}", "{replicas: 1}"));
    platform.awaitReady(NAMESPACE, "departures");
    var records = new ArrayList<String>();
    for (var id = 0; id < 20_000; id++) {
      records.add(
          id % 500 == 7 ? "{\"id\":" + id + ",\"gate\":\"B" + id + "\"}" : "{\"id\":" + id + "}");
    }
    produce("departures", records);
    var count = "SELECT count(*) FROM dead_letters_e2e.departures";
    awaitSql("19960", count);
    acequia("dead-letters", "list", "departures", "--error", "UnknownField", "--limit", "5");

    platform.kubectl.apply(
        manifest(
            "departures",
            "{name: id, type: int64, required: true}, {name: gate, type: string}",
            "{replicas: 1}"));
    awaitServed("departures");
    acequia("dead-letters", "redrive", "departures", "--dry-run");
    assertThat(platform.sql(count)).containsExactly("19960");

    // As if it had been interrupted, then from the start.
    acequia("dead-letters", "redrive", "departures", "--limit", "17", "--yes");
    acequia("dead-letters", "redrive", "departures", "--yes");
    awaitSql("20000", count);
    assertThat(
            platform.sql(
                "SELECT count(*) FROM dead_letters_e2e.departures"
                    + " WHERE gate = 'B' || id AND id % 500 = 7"))
        .containsExactly("40");

    var checksum =
        "SELECT md5(string_agg(t::text, ';' ORDER BY id)) FROM dead_letters_e2e.departures t";
    var before = platform.sql(checksum);
    acequia("dead-letters", "redrive", "departures", "--yes");
    awaitSql(
        "20097", // 20,000 and three redrives: 17, 40 and 40
        "SELECT sum(next_offset) FROM dead_letters_e2e._acequia_offsets_departures");
    assertThat(platform.sql(checksum)).isEqualTo(before);
  }

  @Test
  void stopsBeforeItPutsEverythingAsideAndGoesOnWhenToldTo() throws Exception {
    var fields = "{name: id, type: int64, required: true}";
    platform.kubectl.apply(manifest("arrivals", fields, "{replicas: 1}"));
    platform.awaitReady(NAMESPACE, "arrivals");
    var records = new ArrayList<String>();
    for (var id = 0; id < 3_000; id++) {
      records.add(id % 10 == 3 ? "{\"ident\":" + id + "}" : "{\"id\":" + id + "}");
    }
    produce("arrivals", records);

    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                assertThat(platform.condition(NAMESPACE, "arrivals", "Stalled"))
                    .startsWith("True DeadLettersExceeded ")
                    .contains("field 'ident'")
                    .contains("spec.consumer.deadLetters.maxRatio 0.05 allows"));
    assertThat(platform.condition(NAMESPACE, "arrivals", "ConsumerReady"))
        .startsWith("False DeadLettersExceeded ");

    platform.kubectl.apply(manifest("arrivals", fields, "{deadLetters: {maxRatio: 0.2}}"));
    awaitSql("2700", "SELECT count(*) FROM dead_letters_e2e.arrivals");
    awaitServed("arrivals");
    assertThat(platform.condition(NAMESPACE, "arrivals", "Stalled")).isBlank();
  }
}
