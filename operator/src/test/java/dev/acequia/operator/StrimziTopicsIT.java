package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.PretendNode;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.topic.KafkaTopicBuilder;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Topics by Strimzi, on CRDs generated from Strimzi's own classes; its operators are played by the
 * test.
 */
class StrimziTopicsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAQ";
  private static final Map<String, Object> THEIRS = Map.of("cleanup.policy", "compact");

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final String kafkaNamespace = namespace + "-kafka";
  private final TestCluster.RunningOperator operator = startOperator();

  @AfterEach
  void letGo() {
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
  void makesTopicsAndUserInKafkasNamespaceAndCopiesTheCredentials() {
    create("Delete");
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    await().atMost(LIMIT).until(() -> reason("TopicReady").equals("WaitingForStrimzi"));
    assertThat(topics())
        .extracting(topic -> topic.getMetadata().getName())
        .containsExactlyInAnyOrder(namespace + ".flights", namespace + ".flights.dlq");

    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    assertThat(copiedCredentials()).contains("SCRAM-SHA-512").contains("password=\"from-strimzi\"");

    var before = versions();
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName("flights")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"resync\":\"1\"}}}");
    await().during(Duration.ofMillis(700)).atMost(LIMIT).until(() -> versions().equals(before));

    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> topics().isEmpty() && user() == null);
  }

  /** A setting of Kafka's client can name servers, classes and files; the operator has a token. */
  @Test
  void logsOnWithNothingThatStandsInThePipelinesOwnNamespace() throws Exception {
    try (var attacker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      attacker.setSoTimeout(3_000);
      cluster.applySecret(
          namespace,
          "flights-kafka",
          Map.of("kafka.properties", "bootstrap.servers=127.0.0.1:" + attacker.getLocalPort()));
      create("Retain");
      client
          .load(
              new ByteArrayInputStream(
                  """
                  apiVersion: acequia.dev/v1alpha1
                  kind: DataPipelineReplay
                  metadata: {name: again, namespace: %s}
                  spec: {pipeline: flights, from: {earliest: true}}
                  """
                      .formatted(namespace)
                      .getBytes(StandardCharsets.UTF_8)))
          .create();
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(
                          Serialization.asJson(
                              client
                                  .resources(DataPipelineReplay.class)
                                  .inNamespace(namespace)
                                  .withName("again")
                                  .get()))
                      .contains("The Secret of KafkaUser '" + namespace + ".flights'"));
      assertThatThrownBy(attacker::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  /** Whoever may write a Secret may also write whose it is. */
  @Test
  void carriesNoSettingsOnThatItDidNotWrite() {
    create("Retain");
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    var pipeline =
        client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").get();
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("flights-kafka")
                .withNamespace(namespace)
                .withLabels(PipelineNames.of(pipeline).labels())
                .addNewOwnerReference()
                .withApiVersion(pipeline.getApiVersion())
                .withKind(pipeline.getKind())
                .withName("flights")
                .withUid(pipeline.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .addToStringData("kafka.properties", "metric.reporters=evil.Reporter")
                .build())
        .create();
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName("flights")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"description\":\"Departures\"}}");
    await()
        .during(Duration.ofMillis(700))
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(observedGeneration()).isEqualTo(2);
              assertThat(
                      client
                          .secrets()
                          .inNamespace(namespace)
                          .withName("flights-kafka")
                          .get()
                          .getMetadata()
                          .getManagedFields())
                  .extracting(field -> field.getManager())
                  .doesNotContain(PipelineNames.MANAGER);
            });

    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    assertThat(copiedCredentials()).contains("from-strimzi").doesNotContain("evil");
  }

  private @Nullable Long observedGeneration() {
    var pipeline =
        client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").get();
    return pipeline.getStatus() == null ? null : pipeline.getStatus().observedGeneration();
  }

  @Test
  void leavesATopicThatOnlyBearsItsLabels() {
    create("Delete");
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    var own = topics().getFirst().getMetadata();
    client
        .resource(
            new KafkaTopicBuilder()
                .withNewMetadata()
                .withName("another-teams")
                .withNamespace(kafkaNamespace)
                .withLabels(own.getLabels())
                .withFinalizers("example.com/never-ends")
                .endMetadata()
                .withNewSpec()
                .withPartitions(1)
                .endSpec()
                .build())
        .create();

    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> reason("Ready").isEmpty());
    assertThat(topics())
        .singleElement()
        .satisfies(
            topic -> {
              assertThat(topic.getMetadata().getName()).isEqualTo("another-teams");
              assertThat(topic.isMarkedForDeletion()).isFalse();
            });
    client
        .resource(topics().getFirst())
        .edit(
            topic -> {
              topic.getMetadata().setFinalizers(List.of());
              return topic;
            });
  }

  @Test
  void retainLeavesTheTopicsAndTakesTheUser() {
    create("Retain");
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> user() == null);
    assertThat(topics()).hasSize(2);
  }

  @Test
  void adoptsAKafkaTopicAsItIsForOnePipelineAlone() {
    create("flights", "Delete", "{name: orders, adopt: true}");
    await().atMost(LIMIT).until(() -> reason("Stalled").equals("TopicMissing"));
    makeKafkaTopic("orders", null);
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    assertThat(topics())
        .extracting(topic -> topic.getMetadata().getName())
        .containsExactlyInAnyOrder("orders", namespace + ".flights.dlq");

    create("rival", "Delete", "{name: orders, adopt: true}");
    await().atMost(LIMIT).until(() -> reason("rival", "Stalled").equals("NameTaken"));
    for (var name : List.of("flights", "rival")) {
      client.resources(DataPipeline.class).inNamespace(namespace).withName(name).delete();
    }
    await().atMost(LIMIT).until(() -> topics().size() == 1 && user() == null);
    assertThat(topics().getFirst().getSpec())
        .satisfies(
            spec -> {
              assertThat(spec.getPartitions()).isEqualTo(5);
              assertThat(spec.getConfig()).isEqualTo(THEIRS);
            });
  }

  @Test
  void neitherChangesNorDeletesAKafkaTopicOfOthers() {
    makeKafkaTopic(namespace + ".flights", null);
    create("Delete");
    await().atMost(LIMIT).until(() -> reason("Stalled").equals("NameTaken"));
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> reason("Ready").isEmpty());
    assertThat(topics())
        .filteredOn(topic -> topic.getMetadata().getName().equals(namespace + ".flights"))
        .singleElement()
        .satisfies(
            topic -> {
              assertThat(topic.isMarkedForDeletion()).isFalse();
              assertThat(topic.getSpec().getConfig()).isEqualTo(THEIRS);
            });
  }

  @Test
  void leavesTheRetainedTopicOfItsPredecessorWhenItAdoptsAnother() {
    retain();
    makeKafkaTopic("orders", null);
    create("flights", "Delete", "{name: orders, adopt: true}");
    await().atMost(LIMIT).until(() -> user() != null && topics().size() == 3);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    delete();
    assertThat(topics())
        .filteredOn(topic -> !topic.isMarkedForDeletion())
        .extracting(topic -> topic.getMetadata().getName())
        .contains("orders", namespace + ".flights");
  }

  /** Its spec was never one to act on. */
  @Test
  void leavesTheRetainedTopicsOfItsPredecessorThatItNeverTook() {
    retain();
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata:
                  name: flights
                  namespace: %s
                  annotations: {acequia.dev/accept-offsets: "null"}
                spec:
                  schema: {fields: [{name: flight, type: int32, required: true}]}
                  store: {postgres: {secretName: warehouse}}
                  deletionPolicy: Delete
                """
                    .formatted(namespace)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
    await().atMost(LIMIT).until(() -> reason("Stalled").equals("InvalidSpec"));
    delete();
    assertThat(topics()).hasSize(2).noneMatch(HasMetadata::isMarkedForDeletion);
  }

  @Test
  void deletesTheRetainedTopicsOfItsPredecessorOnceItTookThem() {
    retain();
    create("Delete");
    await().atMost(LIMIT).until(() -> user() != null);
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    delete();
    await().atMost(LIMIT).until(() -> topics().isEmpty());
  }

  /** A pipeline that has served is deleted, and its topics stay. */
  private void retain() {
    create("Retain");
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    delete();
  }

  private void delete() {
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> reason("Ready").isEmpty());
  }

  @Test
  void adoptsNoKafkaTopicThatStandsForATopicOfAnotherName() {
    makeKafkaTopic("orders", "secret-orders");
    create("flights", "Delete", "{name: orders, adopt: true}");
    await().atMost(LIMIT).until(() -> reason("Stalled").equals("TopicMissing"));
  }

  /** Who may not adopt a topic keeps nobody else from it. */
  @Test
  void anOlderPipelineThatMayNotAdoptATopicIsNoRival() {
    var other = cluster.newNamespace();
    makeKafkaTopic(namespace + ".theirs", null);
    var adopting = "{name: %s.theirs, adopt: true}".formatted(namespace);
    create(other, "rival", "Retain", adopting);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                Serialization.asJson(
                        client
                            .resources(DataPipeline.class)
                            .inNamespace(other)
                            .withName("rival")
                            .get())
                    .contains("InvalidSpec"));
    create("flights", "Delete", adopting);
    await().atMost(LIMIT).until(() -> topics().size() == 2 && user() != null);
    answer();
    await().atMost(LIMIT).until(() -> reason("Ready").equals("Serving"));
    client.resources(DataPipeline.class).inNamespace(other).delete();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client
                    .resources(DataPipeline.class)
                    .inNamespace(other)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  private void makeKafkaTopic(String name, @Nullable String topicName) {
    client
        .resource(
            new KafkaTopicBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(kafkaNamespace)
                .endMetadata()
                .withNewSpec()
                .withTopicName(topicName)
                .withPartitions(5)
                .withConfig(THEIRS)
                .endSpec()
                .build())
        .create();
  }

  /** Strimzi's topic and user operators at work. */
  private void answer() {
    secret("%s.flights".formatted(namespace), "password", "from-strimzi");
    secret("main-cluster-ca-cert", "ca.crt", "-----BEGIN CERTIFICATE-----\nx\n");
    for (var topic : topics()) {
      client
          .resource(topic)
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              """
              {"status": {"observedGeneration": %d, "topicId": "%s", "topicName": "%s",
                "conditions": [{"type": "Ready", "status": "True"}]}}
              """
                  .formatted(
                      topic.getMetadata().getGeneration(),
                      TOPIC_ID,
                      topic.getMetadata().getName()));
    }
  }

  private void secret(String name, String key, String value) {
    cluster.applySecret(kafkaNamespace, name, Map.of(key, value));
  }

  private String copiedCredentials() {
    var data = client.secrets().inNamespace(namespace).withName("flights-kafka").get().getData();
    return new String(
        Base64.getDecoder().decode(data.get("kafka.properties")), StandardCharsets.UTF_8);
  }

  private List<String> versions() {
    return Stream.<HasMetadata>concat(topics().stream(), Stream.of(user()))
        .map(object -> object.getMetadata().getResourceVersion())
        .toList();
  }

  private List<KafkaTopic> topics() {
    return client.resources(KafkaTopic.class).inNamespace(kafkaNamespace).list().getItems();
  }

  private KafkaUser user() {
    return client
        .resources(KafkaUser.class)
        .inNamespace(kafkaNamespace)
        .withName(namespace + ".flights")
        .get();
  }

  private String reason(String type) {
    return reason("flights", type);
  }

  private String reason(String name, String type) {
    var pipeline = client.resources(DataPipeline.class).inNamespace(namespace).withName(name).get();
    return pipeline == null || pipeline.getStatus() == null
        ? ""
        : pipeline.getStatus().conditions().stream()
            .filter(condition -> condition.getType().equals(type))
            .map(condition -> Objects.requireNonNull(condition.getReason()))
            .findFirst()
            .orElse("");
  }

  private void create(String deletionPolicy) {
    create("flights", deletionPolicy, "{partitions: 6}");
  }

  private void create(String name, String deletionPolicy, String topic) {
    create(namespace, name, deletionPolicy, topic);
  }

  private void create(String where, String name, String deletionPolicy, String topic) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata: {name: %s, namespace: %s}
                spec:
                  schema: {fields: [{name: flight, type: int32, required: true}]}
                  store: {postgres: {secretName: warehouse}}
                  topic: %s
                  deletionPolicy: %s
                """
                    .formatted(name, where, topic, deletionPolicy)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  private TestCluster.RunningOperator startOperator() {
    cluster.node.decide(PretendNode::allGoesWell);
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(kafkaNamespace).endMetadata().build())
        .create();
    installStrimzi();
    return cluster.startOperator(
        PlatformConfig.parse(
            """
            runtimeImage: acequia-runtime:test
            kafka:
              bootstrapServers: main-kafka-bootstrap.kafka:9093
              topicProvider: strimzi
              replicationFactor: 1
              adoptable: [orders]
              strimzi: {namespace: %s, cluster: main}
            """
                .formatted(kafkaNamespace)));
  }

  /**
   * The generator knows neither free-form maps nor the subtypes of authentication and rules, whose
   * fields the API server would drop: within a spec it takes what Strimzi's classes write.
   */
  private void installStrimzi() {
    for (var type : List.of(KafkaTopic.class, KafkaUser.class)) {
      var yaml = new ByteArrayOutputStream();
      new CRDGenerator()
          .customResourceClasses(type)
          .forCRDVersions("v1")
          .withOutput(
              new CRDGenerator.CRDOutput<ByteArrayOutputStream>() {
                @Override
                public ByteArrayOutputStream outputFor(String name) {
                  return yaml;
                }

                @Override
                public URI crdURI(String name) {
                  return URI.create("file:///" + name);
                }

                @Override
                public void close() {}
              })
          .generate();
      var crd =
          Serialization.unmarshal(
              yaml.toString(StandardCharsets.UTF_8), CustomResourceDefinition.class);
      var spec =
          crd.getSpec()
              .getVersions()
              .getFirst()
              .getSchema()
              .getOpenAPIV3Schema()
              .getProperties()
              .get("spec");
      Objects.requireNonNull(spec).setProperties(Map.of());
      spec.setXKubernetesPreserveUnknownFields(true);
      client.resource(crd).serverSideApply();
    }
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () ->
                List.<List<? extends HasMetadata>>of(
                            topics(),
                            client.resources(KafkaUser.class).inAnyNamespace().list().getItems())
                        .size()
                    == 2);
  }
}
