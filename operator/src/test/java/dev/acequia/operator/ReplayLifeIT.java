package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.ReplayMark;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.operator.plan.Release;
import dev.acequia.servers.PretendNode;
import dev.acequia.servers.TopicIds;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replays on a real control plane and a real Kafka; the test commits as consumers would. */
class ReplayLifeIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long HOUR = 3_600_000;
  private static final long NOON = 1_780_000_000_000L / HOUR * HOUR;

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private String namespace = "";
  private final TestCluster.RunningOperator operator = cluster.startOperator();

  @BeforeEach
  void startPipeline() throws Exception {
    cluster.node.decide(PretendNode::allGoesWell);
    namespace = cluster.newNamespace();
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata: {name: flights, namespace: %s}
                spec:
                  schema: {key: [id], fields: [{name: id, type: int32, required: true}]}
                  topic: {partitions: 2, retention: 900d}
                  store: {postgres: {secretName: warehouse}}
                """
                    .formatted(namespace),
                DataPipeline.class))
        .create();
    awaitConsumer();
    fillTopic();
    commit(0, 80, null);
    commit(1, 90, null);
  }

  @AfterEach
  void letGo() {
    client.resources(DataPipelineReplay.class).inNamespace(namespace).delete();
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
  void isCarriedFromTheResourceToThePodsAndBack() throws Exception {
    apply("again", "from: {earliest: true}");
    awaitReason("again", "Starting");
    var id = uid("again");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(order())
                    .contains(
                        new ReplayOrder(
                            id, null, topicId(), false, Map.of(0, 0L, 1, 0L), Map.of())));
    assertThat(status("again").recordsTotal()).isEqualTo(170);
    awaitSettled();
    var version = version("again");
    await()
        .during(Duration.ofSeconds(5))
        .atMost(LIMIT)
        .until(() -> version("again").equals(version));

    commit(0, 30, new ReplayMark(id, 0, 82, 82));
    awaitReason("again", "Replaying");
    assertThat(ready("again").getMessage()).isEqualTo("30 of 172 records were read again");
    assertThat(ready("again").getObservedGeneration()).isEqualTo(1);

    commit(0, 85, new ReplayMark(id, 0, 82, 82));
    commit(1, 90, new ReplayMark(id, 0, 90, 90));
    awaitReason("again", "Completed");
    assertThat(ready("again").getStatus()).isEqualTo("True");
    assertThat(status("again").recordsDone()).isEqualTo(172);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                id.equals(
                    consumer().getMetadata().getAnnotations().get("acequia.dev/replay-ended")));

    // Once carried out, its end is no reason for another rollout.
    var template = consumer().getSpec().getTemplate();
    delete("again");
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(() -> consumer().getSpec().getTemplate().equals(template));
    assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
        .filteredOn(e -> "DataPipelineReplay".equals(e.getRegarding().getKind()))
        .extracting(e -> e.getReason())
        .containsExactlyInAnyOrder("Starting", "Replaying", "Completed");
  }

  @Test
  void waitsForTheOneThatRunsAndFollowsItWhenItIsCancelled() throws Exception {
    apply("first", "from: {offsets: [{partition: 0, offset: 10}]}");
    var first = uid("first");
    await().atMost(LIMIT).until(() -> order().filter(o -> o.id().equals(first)).isPresent());
    commit(0, 15, new ReplayMark(first, 10, 80, 80));
    awaitReason("first", "Replaying");

    apply("second", "from: {offsets: [{partition: 1, offset: 20}]}");
    awaitReason("second", "WaitingForReplay");
    assertThat(ready("second").getMessage())
        .contains("kubectl delete -n " + namespace + " dpr/first");
    var second = uid("second");

    delete("first");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(order())
                    .contains(
                        new ReplayOrder(
                            second, first, topicId(), false, Map.of(1, 20L), Map.of())));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
                    .extracting(e -> e.getReason())
                    .contains("ReplayCancelled"));
    awaitReason("second", "Starting");
  }

  @Test
  void aDryRunSaysWhatItWouldReadAndChangesNothing() {
    var template = consumer().getSpec().getTemplate();
    // Records stand a minute apart.
    apply(
        "dry",
        "from: {time: \"%s\"}\n  to: {time: \"%s\"}\n  dryRun: true"
            .formatted(
                java.time.Instant.ofEpochMilli(NOON + 20 * 60_000),
                java.time.Instant.ofEpochMilli(NOON + 50 * 60_000)));
    awaitReason("dry", "DryRun");
    assertThat(ready("dry").getMessage())
        .isEqualTo(
            "It would read 60 records again: partition 0 from offset 20 to 50, partition 1 from"
                + " offset 20 to 50");
    assertThat(consumer().getSpec().getTemplate()).isEqualTo(template);
  }

  @Test
  void saysWhyItCannotBeginAndBeginsWhenItCan() {
    apply("lost", "from: {earliest: true}", "departures");
    awaitReason("lost", "PipelineNotFound");
    assertThat(condition("lost", "Stalled").getMessage())
        .contains("There is no DataPipeline 'departures'");

    apply("outside", "from: {offsets: [{partition: 0, offset: 5000}]}");
    awaitReason("outside", "OffsetsOutsideLog");
    assertThat(ready("outside").getMessage()).contains("which holds 0 to 100");

    merge("{\"spec\":{\"suspend\":true}}");
    apply("early", "from: {earliest: true}");
    awaitReason("early", "PipelineSuspended");
    assertThat(order()).isEmpty();
    merge("{\"spec\":{\"suspend\":false}}");
    awaitReason("early", "Starting");
    await().atMost(LIMIT).until(() -> order().isPresent());
    assertThat(find("early", "Stalled")).isEmpty();
  }

  @Test
  void endsWithItsPipelineInSoManyWords() {
    apply("again", "from: {earliest: true}");
    await().atMost(LIMIT).until(() -> order().isPresent());
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    awaitReason("again", "PipelineNotFound");
    delete("again");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                        .resources(DataPipelineReplay.class)
                        .inNamespace(namespace)
                        .withName("again")
                        .get()
                    == null);
  }

  private void apply(String name, String spec) {
    apply(name, spec, "flights");
  }

  private void apply(String name, String spec, String pipeline) {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipelineReplay
                metadata: {name: %s, namespace: %s}
                spec:
                  pipeline: %s
                  %s
                """
                    .formatted(name, namespace, pipeline, spec),
                DataPipelineReplay.class))
        .create();
  }

  private void delete(String replay) {
    client.resources(DataPipelineReplay.class).inNamespace(namespace).withName(replay).delete();
  }

  private void merge(String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName("flights")
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  /** 100 records in each partition, a minute apart. */
  private void fillTopic() {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (var minute = 0; minute < 100; minute++) {
        for (var partition = 0; partition < 2; partition++) {
          producer.send(
              new ProducerRecord<>(
                  namespace + ".flights", partition, NOON + minute * 60_000L, "[1]", "{\"id\":1}"));
        }
      }
    }
  }

  private void commit(int partition, long offset, @Nullable ReplayMark mark) throws Exception {
    cluster
        .admin
        .alterConsumerGroupOffsets(
            namespace + ".flights",
            Map.of(
                new TopicPartition(namespace + ".flights", partition),
                new OffsetAndMetadata(offset, mark == null ? "" : mark.toJson())))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  private String topicId() throws Exception {
    return TopicIds.await(cluster.admin, namespace + ".flights");
  }

  private void awaitConsumer() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                Optional.ofNullable(
                        client
                            .resources(DataPipeline.class)
                            .inNamespace(namespace)
                            .withName("flights")
                            .get())
                    .map(DataPipeline::getStatus)
                    .flatMap(
                        status ->
                            status.conditions().stream()
                                .filter(c -> "Ready".equals(c.getType()))
                                .findFirst())
                    .filter(c -> "True".equals(c.getStatus()))
                    .isPresent());
  }

  /** Until the rollout of the order has been told. */
  private void awaitSettled() {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                ready("again")
                    .getMessage()
                    .equals("The consumers are told, and are about to begin"));
  }

  private Deployment consumer() {
    return client.apps().deployments().inNamespace(namespace).withName("flights-consumer").get();
  }

  private Optional<ReplayOrder> order() {
    return Release.of(consumer()).flatMap(release -> Optional.ofNullable(release.replay()));
  }

  private DataPipelineReplay replay(String name) {
    return client.resources(DataPipelineReplay.class).inNamespace(namespace).withName(name).get();
  }

  private String uid(String name) {
    return replay(name).getMetadata().getUid();
  }

  private String version(String name) {
    return replay(name).getMetadata().getResourceVersion();
  }

  private DataPipelineReplayStatus status(String name) {
    return Optional.ofNullable(replay(name).getStatus())
        .orElseGet(
            () -> new DataPipelineReplayStatus(null, List.of(), null, null, null, List.of()));
  }

  private void awaitReason(String name, String reason) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(ready(name).getReason()).as(ready(name).getMessage()).isEqualTo(reason));
  }

  private Condition ready(String name) {
    return condition(name, "Ready");
  }

  private Condition condition(String name, String type) {
    return find(name, type).orElseGet(() -> new Condition(null, "", null, "", "", ""));
  }

  private Optional<Condition> find(String name, String type) {
    return status(name).conditions().stream().filter(c -> c.getType().equals(type)).findFirst();
  }
}
