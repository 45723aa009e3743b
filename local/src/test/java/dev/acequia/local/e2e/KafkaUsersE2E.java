package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** A pipeline's users in Kafka: new passwords while records flow, and rights that are all used. */
@EndToEnd
class KafkaUsersE2E {
  private static final String NAMESPACE = "kafka-users";
  private static final String TOPIC = NAMESPACE + ".ticks";
  private static final Duration LATEST = Duration.ofSeconds(10);
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** As the broker's authorizer writes it. */
  private static final Pattern DECISION =
      Pattern.compile(
          "Principal = (User:\\S+) is (Allowed|Denied) operation = (\\S+) from host = \\S+ on resource"
              + " = (\\w+):LITERAL:(\\S+)");

  private final Platform platform;

  /** When each record was acknowledged, and when it was seen in the table; nanoseconds. */
  private final Map<Long, Long> taken = new ConcurrentHashMap<>();

  private final Map<Long, Long> seen = new ConcurrentHashMap<>();
  private volatile boolean enough;

  KafkaUsersE2E(Platform platform) {
    this.platform = platform;
  }

  @Test
  void newPasswordsLoseAndDoubleNothing_andEachRightIsUsed() throws Exception {
    platform.createNamespace(NAMESPACE);
    platform.kubectl.apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: ticks, namespace: kafka-users}
        spec:
          schema: {fields: [{name: id, type: int64, required: true}]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 2}
          consumer: {mode: append, deadLetters: {maxRatio: 0.9}}
        """);
    platform.awaitReady(NAMESPACE, "ticks");
    var endpoint = platform.endpoint(NAMESPACE, "ticks");
    var sender = CompletableFuture.runAsync(() -> send(endpoint), Thread::startVirtualThread);
    var watcher = CompletableFuture.runAsync(this::watch, Thread::startVirtualThread);
    await().atMost(LIMIT).until(() -> seen.size() > 50);

    var before = pods();
    platform.kubectl.run(
        "delete", "secret", "ticks-kafka-api", "ticks-kafka-consumer", "-n", NAMESPACE);
    await()
        .atMost(LIMIT)
        .until(() -> pods().size() == before.size() && pods().stream().noneMatch(before::contains));
    platform.awaitReady(NAMESPACE, "ticks");
    var sizeThen = seen.size();
    await().atMost(LIMIT).until(() -> seen.size() > sizeThen + 100);
    enough = true;
    sender.join();
    await().atMost(LIMIT).until(() -> seen.keySet().containsAll(taken.keySet()));
    watcher.join();

    assertThat(platform.sql("SELECT count(*) || ' ' || count(DISTINCT id) FROM kafka_users.ticks"))
        .containsExactly(taken.size() + " " + taken.size());
    var latest =
        taken.keySet().stream()
            .mapToLong(id -> seen.getOrDefault(id, Long.MAX_VALUE) - taken.getOrDefault(id, 0L))
            .max()
            .orElseThrow();
    assertThat(Duration.ofNanos(latest)).isLessThan(LATEST);

    letter();
    platform.processes(NAMESPACE, "ticks", "consumer").forEach(ProcessHandle::destroyForcibly);
    letter();
    var decisions = decisions();
    assertThat(decisions.getOrDefault("Denied", Set.of())).isEmpty();
    assertThat(granted()).hasSize(5);
    assertThat(decisions.getOrDefault("Allowed", Set.of())).containsAll(granted());
  }

  /** Of each record the next when this one is acknowledged; a repeat has the same key. */
  private void send(String endpoint) {
    for (var id = 0L; !enough; id++) {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
              .timeout(Duration.ofSeconds(5))
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", "tick-" + id)
              .POST(HttpRequest.BodyPublishers.ofString("{\"id\":%d}".formatted(id)));
      var now = id;
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(20))
          .ignoreExceptions()
          .until(() -> platform.send(request).statusCode() == 200);
      taken.put(now, System.nanoTime());
    }
  }

  /** Looks at the table until all that was taken is there. */
  private void watch() {
    await()
        .atMost(LIMIT.multipliedBy(3))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              for (var id : platform.sql("SELECT id FROM kafka_users.ticks")) {
                seen.putIfAbsent(Long.parseLong(id), System.nanoTime());
              }
              return enough && seen.keySet().containsAll(taken.keySet());
            });
  }

  /** A record that becomes a dead letter. */
  private void letter() throws Exception {
    var before = letters();
    try (var producer =
        new KafkaProducer<>(
            platform.environment.kafka(), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, 0, null, "{\"id\":\"none\"}")).get();
    }
    await().atMost(LIMIT).until(() -> letters() > before);
  }

  private long letters() throws Exception {
    try (var admin = Admin.create(platform.environment.kafka())) {
      var partition = new TopicPartition(TOPIC + ".dlq", 0);
      return Objects.requireNonNull(
              admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get().get(partition))
          .offset();
    }
  }

  private Set<String> pods() {
    return Set.of(
        platform
            .get(
                NAMESPACE,
                "pods",
                ".items[*].metadata.name",
                "-l",
                "app.kubernetes.io/component in (api,consumer)")
            .split(" "));
  }

  /** What the operator granted, as the authorizer would name it. */
  private Set<String> granted() throws Exception {
    var rights = new TreeSet<String>();
    try (var admin = Admin.create(platform.environment.kafka())) {
      for (var right : admin.describeAcls(AclBindingFilter.ANY).values().get()) {
        if (right.entry().principal().contains("." + TOPIC + ".")) {
          rights.add(
              "%s %s %s %s"
                  .formatted(
                      right.entry().principal(),
                      right.entry().operation(),
                      right.pattern().resourceType(),
                      right.pattern().name()));
        }
      }
    }
    return rights;
  }

  /** By outcome, what this pipeline's users asked for. */
  private Map<String, Set<String>> decisions() throws Exception {
    var found = new HashMap<String, Set<String>>(new TreeMap<>());
    try (var lines = Files.lines(platform.files.logs().resolve("kafka.log"))) {
      lines
          .map(DECISION::matcher)
          .filter(line -> line.find() && line.group(1).contains("." + TOPIC + "."))
          .forEach(
              line ->
                  found
                      .computeIfAbsent(line.group(2), _ -> new TreeSet<>())
                      .add(
                          "%s %s %s %s"
                              .formatted(
                                  line.group(1),
                                  line.group(3),
                                  line.group(4).toUpperCase(Locale.ROOT),
                                  line.group(5))));
    }
    return found;
  }
}
