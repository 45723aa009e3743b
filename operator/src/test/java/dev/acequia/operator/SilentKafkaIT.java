package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.MigrationStatus;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** A Kafka that takes connections and never answers, and many pipelines that ask it. */
class SilentKafkaIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** For a busy machine; all in turn would wait for Kafka for a minute. */
  private static final Duration PROMPT = Duration.ofSeconds(20);

  private static final int CROWD = Integer.getInteger("silent.pipelines", 30);
  private static final int MEASURED = 5;

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final SilentKafka kafka = new SilentKafka();
  private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger mostWaiting = new AtomicInteger();
  private TestCluster.RunningOperator operator = cluster.startOperator();

  @BeforeEach
  void serve() {
    cluster.node.decide(PretendNode::allGoesWell);
    create("dropped", "deletionPolicy: Delete");
    create("grown", "");
    for (var i = 0; i < MEASURED; i++) {
      create("paused-" + i, "");
      create("ended-" + i, "");
    }
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                        .resources(DataPipeline.class)
                        .inNamespace(namespace)
                        .list()
                        .getItems()
                        .stream()
                        .filter(
                            one -> condition(Optional.of(one), "Ready").getStatus().equals("True"))
                        .count()
                    == 2 * MEASURED + 2);
    growTopic();
    operator.close();
    var _ =
        sampler.scheduleWithFixedDelay(
            () -> mostWaiting.accumulateAndGet(waitingForKafka(), Math::max),
            0,
            50,
            TimeUnit.MILLISECONDS);
    operator =
        cluster.startOperator(
            PlatformConfig.parse(
                """
                runtimeImage: acequia-runtime:test
                kafka: {bootstrapServers: "%s", replicationFactor: 1, minInsyncReplicas: 1}
                exposure: {type: NodePort, host: 127.0.0.1}
                """
                    .formatted(kafka.bootstrapServers())));
  }

  /** Its topic has another partition, and its migration for that does not come to an end. */
  private void growTopic() {
    cluster.node.decide(
        pod ->
            pod.getMetadata().getName().startsWith("grown-migrate")
                ? new PretendNode.Fate.Waits()
                : PretendNode.allGoesWell(pod));
    var before = migration("grown");
    merge("grown", "{\"spec\":{\"topic\":{\"partitions\":2}}}");
    await().atMost(LIMIT).until(() -> !migration("grown").equals(before));
    await()
        .atMost(LIMIT)
        .until(() -> condition("grown", "StoreReady").getReason().equals("Migrating"));
  }

  @AfterEach
  void letGo() throws IOException {
    sampler.shutdownNow();
    operator.close();
    kafka.close();
    operator = cluster.startOperator();
    client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                    .resources(DataPipeline.class)
                    .inNamespace(namespace)
                    .list()
                    .getItems()
                    .isEmpty());
    operator.close();
  }

  @Test
  void holdsUpNothingThatDoesNotNeedKafkaAndIsCaughtUpWithOnceItAnswers(TestReporter reporter)
      throws Exception {
    var created = new ConcurrentHashMap<String, Instant>();
    var first = firstStatuses();
    var grown = migration("grown");
    for (var i = 0; i < CROWD; i++) {
      created.put("crowd-" + i, Instant.now());
      create("crowd-" + i, "");
    }
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(() -> assertThat(first.keySet()).containsAll(created.keySet()));
    assertThat(created)
        .allSatisfy(
            (name, since) ->
                assertThat(Duration.between(since, first.get(name)))
                    .as("first status of " + name)
                    .isLessThan(PROMPT));
    assertThat(condition("crowd-0", "TopicReady"))
        .returns("Unknown", Condition::getStatus)
        .satisfies(asked -> assertThat(asked.getReason()).isIn("AskingKafka", "KafkaSilent"));
    // As it was seen: what is not known is not called anything else.
    assertThat(condition("paused-0", "StoreReady").getStatus()).isEqualTo("True");
    assertThat(condition("crowd-0", "Ready"))
        .returns("False", Condition::getStatus)
        .satisfies(ready -> assertThat(ready.getMessage()).contains("after the topic. Kafka "));

    reporter.publishEntry(
        "slowest first status after ms",
        created.entrySet().stream()
            .map(one -> Duration.between(one.getValue(), first.get(one.getKey())).toMillis())
            .max(Comparator.naturalOrder())
            .orElseThrow()
            .toString());
    for (var i = 0; i < MEASURED; i++) {
      var paused = "paused-" + i;
      var begun = Instant.now();
      merge(paused, "{\"spec\":{\"suspend\":true}}");
      await().atMost(PROMPT).until(() -> consumers(paused) == 0);
      reporter.publishEntry("suspended after ms", millisSince(begun));
      var ended = "ended-" + i;
      begun = Instant.now();
      client.resources(DataPipeline.class).inNamespace(namespace).withName(ended).delete();
      await().atMost(PROMPT).until(() -> find(ended).isEmpty());
      reporter.publishEntry("deleted after ms", millisSince(begun));
    }
    client.resources(DataPipeline.class).inNamespace(namespace).withName("dropped").delete();

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(condition("paused-0", "TopicReady"))
                    .returns("Unknown", Condition::getStatus)
                    .returns("KafkaSilent", Condition::getReason)
                    .satisfies(
                        silent ->
                            assertThat(silent.getMessage())
                                .startsWith("Kafka has not answered since 20")));
    assertThat(condition("paused-0", "Ready").getStatus()).isEqualTo("Unknown");
    awaitCrowd("TopicReady", "KafkaSilent");
    // The status does not go round and round, however often Kafka is tried.
    var settled =
        await()
            .during(Duration.ofSeconds(1))
            .atMost(LIMIT)
            .until(this::statuses, seen -> seen.equals(statuses()));
    await().during(Duration.ofSeconds(3)).atMost(LIMIT).until(() -> statuses().equals(settled));
    assertThat(mostWaiting.get()).isBetween(1, 2);

    assertThat(migration("grown")).isEqualTo(grown);
    assertThat(client.batch().v1().jobs().inNamespace(namespace).withName(grown.job()).get())
        .isNotNull();
    // It cannot go without Kafka, which holds its topics.
    assertThat(find("dropped")).isPresent();
    kafka.answerBy(Integer.parseInt(cluster.kafka.bootstrapServers().split(":", -1)[1]));
    awaitCrowd("TopicReady", "Present");
    await().atMost(LIMIT).until(() -> condition("paused-0", "Ready").getStatus().equals("True"));
    await().atMost(LIMIT).until(() -> find("dropped").isEmpty());
    assertThat(cluster.admin.listTopics().names().get(10, TimeUnit.SECONDS))
        .contains(namespace + ".ended-0", namespace + ".crowd-" + (CROWD - 1))
        .doesNotContain(namespace + ".dropped");
    assertThat(mostWaiting.get()).isBetween(1, 2);
  }

  private void awaitCrowd(String type, String reason) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        client
                            .resources(DataPipeline.class)
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .filteredOn(one -> one.getMetadata().getName().startsWith("crowd"))
                    .hasSize(CROWD)
                    .allSatisfy(
                        one ->
                            assertThat(one.getStatus().conditions())
                                .filteredOn(condition -> condition.getType().equals(type))
                                .extracting(Condition::getReason)
                                .containsExactly(reason)));
  }

  /** When each pipeline of the namespace was first seen with a status. */
  private Map<String, Instant> firstStatuses() {
    var first = new ConcurrentHashMap<String, Instant>();
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .inform(
            new ResourceEventHandler<>() {
              @Override
              public void onAdd(DataPipeline pipeline) {}

              @Override
              public void onUpdate(DataPipeline before, DataPipeline now) {
                if (now.getStatus() != null) {
                  first.putIfAbsent(now.getMetadata().getName(), Instant.now());
                }
              }

              @Override
              public void onDelete(DataPipeline pipeline, boolean finalStateUnknown) {}
            });
    return first;
  }

  /** Threads of this process that wait for an answer of Kafka's Admin API. */
  private static int waitingForKafka() {
    return (int)
        Thread.getAllStackTraces().values().stream()
            .filter(
                frames ->
                    Arrays.stream(frames)
                        .anyMatch(
                            frame ->
                                frame.getClassName().startsWith("dev.acequia.operator")
                                    && !frame.getClassName().contains("IT")))
            .filter(
                frames ->
                    Arrays.stream(frames)
                        .anyMatch(
                            frame ->
                                frame
                                    .getClassName()
                                    .equals("org.apache.kafka.common.internals.KafkaFutureImpl")))
            .count();
  }

  private Map<String, String> statuses() {
    var found = new ConcurrentHashMap<String, String>();
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .list()
        .getItems()
        .forEach(
            one -> found.put(one.getMetadata().getName(), Serialization.asJson(one.getStatus())));
    return found;
  }

  private void create(String name, String more) {
    cluster.createPipeline(namespace, name, more);
  }

  private void merge(String name, String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private Optional<DataPipeline> find(String name) {
    return Optional.ofNullable(
        client.resources(DataPipeline.class).inNamespace(namespace).withName(name).get());
  }

  private static String millisSince(Instant begun) {
    return Long.toString(Duration.between(begun, Instant.now()).toMillis());
  }

  private MigrationStatus migration(String pipeline) {
    return Objects.requireNonNull(find(pipeline).orElseThrow().getStatus().migration());
  }

  private int consumers(String pipeline) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(pipeline + "-consumer")
        .get()
        .getSpec()
        .getReplicas();
  }

  private Condition condition(String name, String type) {
    return condition(find(name), type);
  }

  private static Condition condition(Optional<DataPipeline> pipeline, String type) {
    return pipeline
        .map(DataPipeline::getStatus)
        .filter(Objects::nonNull)
        .flatMap(
            status ->
                status.conditions().stream().filter(c -> c.getType().equals(type)).findFirst())
        .orElseGet(
            () -> {
              var none = new Condition();
              none.setReason("");
              none.setMessage("");
              none.setStatus("");
              return none;
            });
  }
}
