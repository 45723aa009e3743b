package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.Termination;
import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.ApiKeyEntry;
import dev.acequia.contract.access.Scope;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pipeline from its first day to its last, on a real control plane and a real Kafka. */
class PipelineLifeIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private String namespace = "";
  private TestCluster.RunningOperator operator = cluster.startOperator();

  @BeforeEach
  void newNamespace() {
    cluster.node.decide(PretendNode::allGoesWell);
    namespace = cluster.newNamespace();
  }

  @AfterEach
  void letGo() {
    client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await().atMost(LIMIT).until(() -> find() == null);
    operator.close();
  }

  @Test
  void becomesReadyInTheOrderOfItsLifeAndThenWritesNothing() {
    create("");
    awaitReady();

    var status = status();
    assertThat(status.endpoint()).matches("http://127.0.0.1:3\\d{4}");
    assertThat(status.topic()).isEqualTo(namespace + ".flights");
    assertThat(status.consumer()).isNotNull();
    assertThat(status.conditions())
        .allSatisfy(c -> assertThat(c.getObservedGeneration()).isEqualTo(1));
    assertThat(operator.whyNotReady()).isEmpty();

    var before = versions();
    for (var i = 0; i < 3; i++) {
      var resync = Integer.toString(i);
      client
          .resources(DataPipeline.class)
          .inNamespace(namespace)
          .withName("flights")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\":{\"annotations\":{\"resync\":\"%s\"}}}".formatted(resync));
      await().during(Duration.ofMillis(700)).atMost(LIMIT).until(() -> versions().equals(before));
    }
    assertThat(before).hasSizeGreaterThan(7);
  }

  @Test
  void servesTheLastOfManyEdits() {
    create("");
    for (var i = 1; i <= 300; i++) {
      merge(
          "{\"spec\":{\"description\":\"edit %d\",\"consumer\":{\"replicas\":%d}}}"
              .formatted(i, i % 3 + 1));
    }
    await()
        .atMost(LIMIT)
        .ignoreExceptions() // until there is a Deployment
        .untilAsserted(
            () -> {
              assertThat(inForce("flights-consumer").description()).isEqualTo("edit 300");
              assertThat(deployment("flights-consumer").getSpec().getReplicas()).isEqualTo(1);
              assertThat(status().observedGeneration()).isEqualTo(301);
              assertThat(condition("Ready").getStatus()).isEqualTo("True");
            });
  }

  @Test
  void goesOnWithTheOldVersionWhileAMigrationIsRefused() {
    create("");
    awaitReady();
    var old = Release.of(deployment("flights-api")).orElseThrow();

    cluster.node.decide(
        pod ->
            PodFates.component(pod).equals("migration")
                ? PodFates.refuse(Termination.Reason.SchemaChangeRefused, "column dest has NULLs")
                : PretendNode.allGoesWell(pod));
    merge(
        """
        {"spec":{"consumer":{"replicas":2},"schema":{"fields":[
          {"name":"flight","type":"int32","required":true},{"name":"dest","type":"string"},
          {"name":"gate","type":"string"}]}}}
        """);
    await()
        .atMost(LIMIT)
        .until(() -> condition("StoreReady").getReason().equals("SchemaChangeRefused"));

    assertThat(condition("StoreReady").getMessage()).contains("column dest has NULLs");
    assertThat(condition("Ready").getStatus()).isEqualTo("False");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(Release.of(deployment("flights-api"))).contains(old);
    await().atMost(LIMIT).until(() -> condition("ConsumerReady").getStatus().equals("True"));
    assertThat(deployment("flights-consumer").getSpec().getReplicas()).isEqualTo(2);

    cluster.node.decide(PretendNode::allGoesWell);
    client.batch().v1().jobs().inNamespace(namespace).withName(failedJob()).delete();
    awaitReady();
    assertThat(inForce("flights-api").schema().indexOf("gate")).isEqualTo(2);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(client.batch().v1().jobs().inNamespace(namespace).list().getItems())
                  .hasSize(1);
              assertThat(definitions()).hasSize(1);
            });
  }

  @Test
  void showsWhatAConsumerThatNeedsAPersonSays() {
    cluster.node.decide(
        pod ->
            PodFates.component(pod).equals("consumer")
                ? PodFates.refuse(Termination.Reason.TopicRecreated, "the topic is another one")
                : PretendNode.allGoesWell(pod));
    create("");
    await()
        .atMost(LIMIT)
        .until(() -> condition("ConsumerReady").getReason().equals("TopicRecreated"));
    await().atMost(LIMIT).until(() -> condition("ApiReady").getStatus().equals("True"));
    assertThat(condition("Stalled").getMessage())
        .matches("The consumer Pod flights-consumer-\\S+ said: “the topic is another one”\\. .+");
  }

  @Test
  void makesADeletedTopicAnewAndMigratesToIt() throws Exception {
    create("");
    awaitReady();
    var old = inForce("flights-consumer").topic().id();
    cluster.admin.deleteTopics(List.of(namespace + ".flights")).all().get(10, TimeUnit.SECONDS);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(inForce("flights-consumer").topic().id()).isNotEqualTo(old));
  }

  @Test
  void refusesWhatItCannotServeAndRecovers() {
    create("");
    awaitReady();
    merge("{\"metadata\":{\"annotations\":{\"acequia.dev/accept-offsets\":\"earliest\"}}}");
    await().atMost(LIMIT).until(() -> condition("Ready").getReason().equals("InvalidSpec"));
    assertThat(condition("Ready").getMessage()).contains("acequia.dev/accept-offsets");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(condition("ApiReady").getStatus()).isEqualTo("True");

    merge("{\"metadata\":{\"annotations\":{\"acequia.dev/accept-offsets\":null}}}");
    awaitReady();
    assertThat(find("Stalled")).isEmpty();
  }

  @Test
  void waitsForTheSecretAndMigratesAgainWhenItChanges() {
    client.secrets().inNamespace(namespace).withName("warehouse").delete();
    create("");
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("SecretMissing"));
    assertThat(condition("Ready").getMessage()).contains("'warehouse'");

    cluster.applySecret(
        namespace,
        "warehouse",
        Map.of(
            "uri",
            "postgresql://admin:x@127.0.0.1:5432/warehouse",
            "username",
            "admin",
            "password",
            "secret"));
    awaitReady();
    var first = onlyJob();
    var password = secretValue("flights-writer", "password");
    assertThat(secretValue("flights-writer", "uri"))
        .isEqualTo("postgresql://127.0.0.1:5432/warehouse");

    client
        .secrets()
        .inNamespace(namespace)
        .withName("warehouse")
        .edit(s -> new SecretBuilder(s).addToStringData("password", "another").build());
    await().atMost(LIMIT).until(() -> !onlyJob().equals(first));
    assertThat(secretValue("flights-writer", "password")).isEqualTo(password);
  }

  /** The catalog's login is the migration's alone; the keys are each process's. */
  @Test
  void waitsForTheKeysOfALakeAndRollsOutNewOnes() {
    createIn(
        "lake: {location: s3://analytics/flights, catalog: {jdbc: {secretName: warehouse}},"
            + " secretName: keys}");
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("SecretMissing"));
    assertThat(condition("Ready").getMessage()).contains("'keys'", "accessKeyId");

    var keys = Map.of("accessKeyId", "a", "secretAccessKey", "b");
    cluster.applySecret(namespace, "keys", keys);
    awaitReady();
    assertThat(status().store()).isEqualTo("lake:" + namespace.replace('-', '_') + ".flights");
    assertThat(secretValue("flights-writer", "username")).contains("_writer_");
    var first = Release.of(deployment("flights-consumer")).orElseThrow().credentials();

    cluster.applySecret(
        namespace, "keys", Map.of("accessKeyId", "a", "secretAccessKey", "another"));
    await()
        .atMost(LIMIT)
        .until(
            () ->
                !Release.of(deployment("flights-consumer"))
                    .orElseThrow()
                    .credentials()
                    .equals(first));
    awaitReady();
  }

  /** Nothing is there to log on with but the Pods' own identity. */
  @Test
  void servesALakeWhoseCatalogTakesThePodsIdentity() {
    createIn("lake: {location: s3://analytics/flights, catalog: {glue: {}}, region: us-west-2}");
    awaitReady();
    assertThat(client.secrets().inNamespace(namespace).withName("flights-writer").get()).isNull();
    assertThat(Release.of(deployment("flights-api")).orElseThrow().storeSecret()).isNull();
  }

  @Test
  void tellsEveryApiPodOfChangedKeysAndRestartsNone() {
    create("api: {replicas: 2, auth: {apiKeysSecretName: keys}}");
    await().atMost(LIMIT).until(() -> condition("ApiReady").getReason().equals("SecretMissing"));
    assertThat(condition("ApiReady").getMessage())
        .contains("'keys' does not exist", "./acequia keys create flights -n " + namespace);

    var key = ApiKey.generate("loader", new SecureRandom());
    var entry = ApiKeyEntry.of(key, Set.of(Scope.QUERY), Instant.EPOCH, null);
    cluster.applySecret(namespace, "keys", Map.of("loader", entry.toJson()));
    awaitReady();
    assertThat(condition("Protected").getReason()).isEqualTo("ApiKeys");
    awaitToldOfKeys();
    var pods = apiPods().stream().map(pod -> pod.getMetadata().getUid()).sorted().toList();
    assertThat(pods).hasSize(2);

    client
        .secrets()
        .inNamespace(namespace)
        .withName("keys")
        .edit(s -> new SecretBuilder(s).addToStringData("Broken", "{}").build());
    awaitToldOfKeys();
    await()
        .atMost(LIMIT)
        .until(() -> condition("Protected").getMessage().contains("Entry 'Broken'"));
    assertThat(apiPods().stream().map(pod -> pod.getMetadata().getUid()).sorted().toList())
        .isEqualTo(pods);

    // Whatever else is wrong, a revoked key is told of.
    merge("{\"metadata\":{\"annotations\":{\"acequia.dev/accept-offsets\":\"earliest\"}}}");
    await().atMost(LIMIT).until(() -> condition("Ready").getReason().equals("InvalidSpec"));
    client.secrets().inNamespace(namespace).withName("keys").delete();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(apiPods())
                    .allSatisfy(pod -> assertThat(toldOf(pod)).isEqualTo("keys:absent")));
  }

  @Test
  void revokedKeysDoNotWaitForKafka() {
    cluster.applySecret(namespace, "keys", Map.of("loader", "{}"));
    create("api: {replicas: 2, auth: {apiKeysSecretName: keys}}");
    awaitToldOfKeys();

    operator.close();
    operator =
        cluster.startOperator(
            PlatformConfig.parse(
                """
                runtimeImage: acequia-runtime:test
                kafka: {bootstrapServers: "127.0.0.1:1", replicationFactor: 1, minInsyncReplicas: 1}
                exposure: {type: NodePort, host: 127.0.0.1}
                """));
    client
        .secrets()
        .inNamespace(namespace)
        .withName("keys")
        .edit(s -> new SecretBuilder(s).withData(Map.of()).build());
    var version = versionOfKeys();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(apiPods())
                    .allSatisfy(pod -> assertThat(toldOf(pod)).isEqualTo("keys:" + version)));
    operator.close();
    operator = cluster.startOperator();
  }

  private String versionOfKeys() {
    return client
        .secrets()
        .inNamespace(namespace)
        .withName("keys")
        .get()
        .getMetadata()
        .getResourceVersion();
  }

  private void awaitToldOfKeys() {
    var version = versionOfKeys();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(apiPods())
                    .hasSize(2)
                    .allSatisfy(pod -> assertThat(toldOf(pod)).isEqualTo("keys:" + version)));
  }

  private static String toldOf(Pod pod) {
    return pod.getMetadata().getAnnotations().getOrDefault(PipelineNames.ACCESS_ANNOTATION, "");
  }

  private List<Pod> apiPods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(PipelineNames.COMPONENT_LABEL, "api")
        .list()
        .getItems()
        .stream()
        .filter(pod -> !pod.isMarkedForDeletion())
        .toList();
  }

  @Test
  void suspendStopsTheConsumersAndLeavesTheApi() {
    create("suspend: true");
    awaitReady();
    assertThat(condition("Ready").getReason()).isEqualTo("Suspended");
    assertThat(condition("ConsumerReady").getMessage()).contains("retention");
    assertThat(deployment("flights-consumer").getSpec().getReplicas()).isZero();
    assertThat(deployment("flights-api").getSpec().getReplicas()).isEqualTo(1);
  }

  @Test
  void saysWhyKubernetesRefusesTheMigrationsPod() {
    client
        .resource(
            new io.fabric8.kubernetes.api.model.ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("none")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .addToHard("pods", new io.fabric8.kubernetes.api.model.Quantity("0"))
                .endSpec()
                .build())
        .create();
    create("");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(condition("Ready").getMessage())
                    .contains("Kubernetes refuses the Pod: ", "exceeded quota: none"));
  }

  @Test
  void leavesSomebodyElsesObjectAlone() {
    client
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("flights")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(1)
                .endPort()
                .endSpec()
                .build())
        .create();
    create("");
    await().atMost(LIMIT).until(() -> condition("Ready").getReason().equals("NameTaken"));
    assertThat(condition("Ready").getMessage()).contains("Service 'flights'");
    assertThat(condition("Stalled"))
        .returns("True", Condition::getStatus)
        .returns("NameTaken", Condition::getReason);
  }

  @Test
  void neitherChangesNorDeletesATopicThatWasThereBefore() throws Exception {
    var settings = Map.of("cleanup.policy", "compact", "retention.ms", "-1");
    makeTopic(namespace + ".flights", settings);
    create("deletionPolicy: Delete");
    await().atMost(LIMIT).until(() -> condition("Stalled").getReason().equals("NameTaken"));
    assertThat(condition("TopicReady"))
        .returns("False", Condition::getStatus)
        .returns("NameTaken", Condition::getReason);
    assertThat(condition("Ready").getMessage()).contains(namespace + ".flights", "adopt: true");

    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(topics()).containsExactly(namespace + ".flights");
    assertThat(topicSettings(namespace + ".flights")).containsAllEntriesOf(settings);
  }

  @Test
  void servesAnAdoptedTopicAndLeavesItWhenItGoes() throws Exception {
    var settings = Map.of("cleanup.policy", "compact", "retention.ms", "-1");
    var theirs = namespace + "-theirs";
    create("deletionPolicy: Delete", "{name: %s, adopt: true}".formatted(theirs));
    await().atMost(LIMIT).until(() -> condition("Stalled").getReason().equals("TopicMissing"));
    makeTopic(theirs, settings);
    awaitReady();
    assertThat(find("Stalled")).isEmpty();
    assertThat(status().topic()).isEqualTo(theirs);
    assertThat(inForce("flights-consumer").topic().name()).isEqualTo(theirs);
    assertThat(inForce("flights-consumer").topic().partitions()).isEqualTo(3);
    assertThat(condition("TopicReady").getReason()).isEqualTo("Adopted");
    assertThat(inForce("flights-consumer").consumerGroup()).isEqualTo(namespace + ".flights");
    assertThat(topics()).containsExactly(namespace + ".flights.dlq");

    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(topics()).isEmpty();
    assertThat(topicSettings(theirs)).containsAllEntriesOf(settings);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
                    .anyMatch(
                        event ->
                            ("Topic " + theirs + " stays: it was adopted")
                                .equals(event.getNote())));
    cluster.admin.deleteTopics(List.of(theirs)).all().get(10, TimeUnit.SECONDS);
  }

  /** A former version left no claims; here, those of its pipelines are taken away. */
  @Test
  void goesOnByItselfWhereAFormerVersionClaimedNothing() throws Exception {
    create("");
    awaitReady();
    var topic = inForce("flights-consumer").topic();
    var claimed = ownersKeys();
    assertThat(claimed)
        .anyMatch(key -> key.startsWith("claim/" + topic.name() + "/"))
        .anyMatch(key -> key.startsWith("claim/" + topic.name() + ".dlq/"));
    operator.close();
    try (var producer =
        new KafkaProducer<>(kafkaSettings(), new StringSerializer(), new StringSerializer())) {
      for (var key : claimed) {
        producer.send(new ProducerRecord<>("_acequia.owners", key, null)).get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(ownersKeys()).isEmpty();

    operator = cluster.startOperator();
    await().atMost(LIMIT).until(() -> !ownersKeys().isEmpty());
    merge("{\"spec\":{\"topic\":{\"retention\":\"30d\"}}}");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(topicSettings(topic.name()))
                    .containsEntry("retention.ms", Long.toString(Duration.ofDays(30).toMillis())));
    awaitReady();
    assertThat(find("Stalled")).isEmpty();
    assertThat(inForce("flights-consumer").topic()).isEqualTo(topic);
  }

  @Test
  void whatRunsGoesOnWhileKafkaDoesNotSayWhoseTheTopicsAre() {
    create("");
    awaitReady();
    var topic = inForce("flights-consumer").topic();
    operator.close();
    operator =
        cluster.startOperator(
            PlatformConfig.parse(
                """
                runtimeImage: acequia-runtime:test
                kafka: {bootstrapServers: "127.0.0.1:1", replicationFactor: 1, minInsyncReplicas: 1}
                exposure: {type: NodePort, host: 127.0.0.1}
                """));
    await()
        .atMost(LIMIT.multipliedBy(2))
        .until(() -> condition("TopicReady").getReason().equals("KafkaSilent"));
    assertThat(find("Stalled")).isEmpty();
    assertThat(inForce("flights-consumer").topic()).isEqualTo(topic);
    operator.close();
    operator = cluster.startOperator();
    awaitReady();
  }

  @Test
  void tellsTheMigrationWhoseTheTableIs() {
    create("");
    awaitReady();
    var job = client.batch().v1().jobs().inNamespace(namespace).withName(onlyJob()).get();
    assertThat(job.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv())
        .anySatisfy(
            variable -> {
              assertThat(variable.getName()).isEqualTo("ACEQUIA_INSTALLATION");
              assertThat(variable.getValue())
                  .isEqualTo(
                      client.namespaces().withName("kube-system").get().getMetadata().getUid());
            })
        .anySatisfy(
            variable -> {
              assertThat(variable.getName()).isEqualTo("ACEQUIA_PIPELINE_UID");
              assertThat(variable.getValue()).isEqualTo(find().getMetadata().getUid());
            });
  }

  @Test
  void aResourceThatIsMadeAgainHasTheTopicThatWasRetained() {
    create("");
    awaitReady();
    var id = inForce("flights-consumer").topic().id();
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(versions()).isEmpty());
    create("");
    awaitReady();
    assertThat(inForce("flights-consumer").topic().id()).isEqualTo(id);
  }

  @Test
  void deleteTakesTableAndTopicsAway() {
    create("deletionPolicy: Delete");
    awaitReady();
    assertThat(topics()).hasSize(2);
    var dropped = new java.util.concurrent.atomic.AtomicBoolean();
    var mayDrop = new java.util.concurrent.atomic.AtomicBoolean();
    cluster.node.decide(
        pod -> {
          if (pod.getSpec().getContainers().getFirst().getArgs().contains("drop")) {
            dropped.set(true);
            return mayDrop.get() ? PretendNode.allGoesWell(pod) : new PretendNode.Fate.Waits();
          }
          return PretendNode.allGoesWell(pod);
        });
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).untilTrue(dropped);
    assertThat(condition("Ready"))
        .returns("False", Condition::getStatus)
        .returns("Deleting", Condition::getReason);
    mayDrop.set(true);
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(dropped).isTrue();
    assertThat(topics()).isEmpty();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(versions()).isEmpty());
  }

  /** The garbage collector takes away at once what the Job needs to get a Pod. */
  @Test
  void aDeletionInTheForegroundDropsUnderTheMigrationsIdentity() {
    create("deletionPolicy: Delete");
    awaitReady();
    var dropped = new java.util.concurrent.atomic.AtomicBoolean();
    cluster.node.decide(
        pod -> {
          dropped.compareAndSet(
              false,
              pod.getSpec().getContainers().getFirst().getArgs().contains("drop")
                  && "flights-migration".equals(pod.getSpec().getServiceAccountName()));
          return PretendNode.allGoesWell(pod);
        });
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName("flights")
        .withPropagationPolicy(DeletionPropagation.FOREGROUND)
        .delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(dropped).isTrue();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client.serviceAccounts().inNamespace(namespace).withName("flights-migration").get()
                    == null);
  }

  /** Who may write a DataPipeline must not get another's rights by the name of an account. */
  @Test
  void dropsNothingUnderAServiceAccountOfAnother() {
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("flights-migration")
                .withNamespace(namespace)
                .endMetadata()
                .build())
        .create();
    create("deletionPolicy: Delete");
    await().atMost(LIMIT).until(() -> condition("Stalled").getReason().equals("NameTaken"));
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(client.batch().v1().jobs().inNamespace(namespace).list().getItems()).isEmpty();
  }

  /** Roles come first of all, tables before the last index: any of it may be there. */
  @Test
  void deleteDropsWhatAMigrationBeganThatNeverSucceeded() {
    var dropped = new java.util.concurrent.atomic.AtomicBoolean();
    cluster.node.decide(
        pod -> {
          var drop = pod.getSpec().getContainers().getFirst().getArgs().contains("drop");
          dropped.compareAndSet(false, drop);
          return drop ? PretendNode.allGoesWell(pod) : new PretendNode.Fate.Waits();
        });
    create("deletionPolicy: Delete");
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("Migrating"));
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(dropped).isTrue();
    assertThat(topics()).isEmpty();
  }

  /** The operator may end between the two. */
  @Test
  void notesAMigrationBeforeItBegins() throws Exception {
    var noted = new java.util.concurrent.CompletableFuture<Long>();
    var begun = new java.util.concurrent.CompletableFuture<Long>();
    try (var _ =
            client
                .resources(DataPipeline.class)
                .inNamespace(namespace)
                .watch(
                    watcher(
                        pipeline -> {
                          if (pipeline.getStatus() != null
                              && pipeline.getStatus().store() != null) {
                            noted.complete(revision(pipeline));
                          }
                        }));
        var _ =
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(namespace)
                .watch(watcher(job -> begun.complete(revision(job))))) {
      create("");
      assertThat(noted.get(30, TimeUnit.SECONDS)).isLessThan(begun.get(30, TimeUnit.SECONDS));
    }
  }

  private static <R> Watcher<R> watcher(java.util.function.Consumer<R> seen) {
    return new Watcher<>() {
      @Override
      public void eventReceived(Action action, R resource) {
        seen.accept(resource);
      }

      @Override
      public void onClose(WatcherException cause) {}
    };
  }

  private static long revision(HasMetadata object) {
    return Long.parseLong(object.getMetadata().getResourceVersion());
  }

  @Test
  void tellsOfNoTableWhereNoMigrationEverBegan() {
    client.secrets().inNamespace(namespace).withName("warehouse").delete();
    create("deletionPolicy: Delete");
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("SecretMissing"));
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
        .extracting(e -> e.getReason())
        .contains("Deleting")
        .doesNotContain("TableStays");
  }

  /** The time in which nobody was there to ask is no time in which a store or Kafka was slow. */
  @Test
  void anOperatorThatComesBackLateRemovesAllTheSame() {
    create("deletionPolicy: Delete");
    awaitReady();
    operator.close();
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    var dropped = new java.util.concurrent.atomic.AtomicBoolean();
    cluster.node.decide(
        pod -> {
          if (namespace.equals(pod.getMetadata().getNamespace())
              && pod.getMetadata().getName().startsWith("flights-drop-")) {
            dropped.set(true);
          }
          return PretendNode.allGoesWell(pod);
        });
    operator =
        cluster.startOperator(
            java.time.Clock.offset(java.time.Clock.systemUTC(), Duration.ofHours(1)));
    await().atMost(LIMIT).until(() -> find() == null);
    assertThat(dropped).isTrue();
    assertThat(topics()).noneMatch(topic -> topic.startsWith(namespace + "."));
    assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
        .extracting(e -> e.getReason())
        .contains("Deleting")
        .doesNotContain("TableStays", "TopicsStay");
  }

  @Test
  void beginsAMigrationOnlyWhenTheOlderOnesPodHasEnded() {
    cluster.node.decide(
        pod ->
            PodFates.component(pod).equals("migration")
                ? new PretendNode.Fate.Waits()
                : PretendNode.allGoesWell(pod));
    create("");
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("Migrating"));
    var topicId = parsedDefinitions().getFirst().topic().id();
    var first = onlyJob();
    merge(
        """
        {"metadata":{"annotations":{"acequia.dev/accept-offsets":
          "{\\"topicId\\":\\"%s\\",\\"partition\\":1,\\"to\\":\\"latest\\"}"}}}
        """
            .formatted(topicId));
    await()
        .atMost(LIMIT)
        .until(
            () ->
                !Set.of("", first).contains(onlyJob())
                    && migrationPods().size() == 1
                    && migrationPods().getFirst().getMetadata().getName().startsWith(onlyJob()));
    var older = migrationPods().getFirst();
    var name = older.getMetadata().getName();
    setFinalizers(name, "[\"example.com/still-works\"]");

    merge(
        """
        {"spec":{"schema":{"fields":[
          {"name":"flight","type":"int32","required":true},{"name":"dest","type":"string"},
          {"name":"gate","type":"string"}]}}}
        """);
    await()
        .atMost(LIMIT)
        .until(() -> condition("StoreReady").getMessage().contains(name + " has ended"));
    await()
        .during(Duration.ofSeconds(1))
        .atMost(LIMIT)
        .until(() -> migrationPods().size() == 1 && onlyJob().length() > 0);

    cluster.node.decide(PretendNode::allGoesWell);
    setFinalizers(name, "null");
    awaitReady();
    var definition = inForce("flights-consumer");
    assertThat(definition.schema().indexOf("gate")).isEqualTo(2);
    // What a person accepted is in force, although the Job that had it first is gone.
    assertThat(Objects.requireNonNull(definition.acceptedOffsets()).partition()).isEqualTo(1);
  }

  /** What a newer migration changed, an older Job's success no longer tells of. */
  @Test
  void goingBackToAnOlderSpecMigratesAgain() {
    create("");
    awaitReady();
    var first = jobUid();
    cluster.node.decide(
        pod ->
            PodFates.component(pod).equals("migration")
                ? new PretendNode.Fate.Waits()
                : PretendNode.allGoesWell(pod));
    merge(
        """
        {"spec":{"store":{"postgres":{"indexes":[{"fields":["dest"]}]}}}}
        """);
    await().atMost(LIMIT).until(() -> condition("StoreReady").getReason().equals("Migrating"));
    cluster.node.decide(PretendNode::allGoesWell);
    merge(
        """
        {"spec":{"store":{"postgres":{"indexes":null}}}}
        """);
    awaitReady();
    assertThat(onlyJob()).isNotEmpty();
    assertThat(jobUid()).isNotEqualTo(first);
  }

  private void setFinalizers(String pod, String finalizers) {
    client
        .pods()
        .inNamespace(namespace)
        .withName(pod)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"finalizers\":%s}}".formatted(finalizers));
  }

  private String jobUid() {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .list()
        .getItems()
        .getFirst()
        .getMetadata()
        .getUid();
  }

  private List<PipelineDefinition> parsedDefinitions() {
    return definitions().stream()
        .map(map -> Objects.requireNonNull(map.getData().get("pipeline.json")))
        .map(PipelineDefinition::fromJson)
        .toList();
  }

  private List<Pod> migrationPods() {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(PipelineNames.COMPONENT_LABEL, "migration")
        .list()
        .getItems();
  }

  @Test
  void theGaugesGoWithAPipelineWhoseFinalizerWasRemovedByHand() {
    cluster.node.decide(
        pod ->
            pod.getSpec().getContainers().getFirst().getArgs().contains("drop")
                ? new PretendNode.Fate.Waits()
                : PretendNode.allGoesWell(pod));
    create("deletionPolicy: Delete");
    awaitReady();
    assertThat(gauges()).contains("acequia_pipeline_ready");
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> condition("Ready").getReason().equals("Deleting"));
    merge("{\"metadata\":{\"finalizers\":null}}");
    await().atMost(LIMIT).until(() -> find() == null);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(gauges()).isEmpty());
  }

  /** An alert compares the gauge with what consumers were given. */
  @Test
  void theGaugeOfPartitionsIsTheTopicsAndOutlivesARefusedSpec() throws Exception {
    create(""); // asks for 2
    awaitReady();
    cluster
        .admin
        .createPartitions(Map.of(namespace + ".flights", NewPartitions.increaseTo(4)))
        .all()
        .get(10, TimeUnit.SECONDS);
    merge("{\"metadata\":{\"annotations\":{\"resync\":\"1\"}}}");
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(gauge("acequia_pipeline_partitions")).isEqualTo(4));
    awaitReady();

    merge(
        """
        {"metadata":{"annotations":{"acequia.dev/accept-offsets":"earliest"}},
         "spec":{"suspend":true}}
        """);
    await().atMost(LIMIT).until(() -> condition("Ready").getReason().equals("InvalidSpec"));
    await().atMost(LIMIT).until(() -> gauge("acequia_pipeline_stalled") == 1); // after the status
    assertThat(gauge("acequia_pipeline_partitions")).isEqualTo(4);
    assertThat(gauge("acequia_pipeline_stopped_since_timestamp_seconds")).isZero();

    // The running processes go on, and may end.
    assertThat(gauge("acequia_pipeline_ready_processes")).isEqualTo(2);
    cluster.node.decide(
        pod ->
            PodFates.component(pod).equals("api")
                ? new PretendNode.Fate.Ends(1, "")
                : PretendNode.allGoesWell(pod));
    await().atMost(LIMIT).until(() -> gauge("acequia_pipeline_ready_processes") == 1);

    merge("{\"metadata\":{\"annotations\":{\"acequia.dev/accept-offsets\":null}}}");
    await()
        .atMost(LIMIT)
        .until(() -> gauge("acequia_pipeline_stopped_since_timestamp_seconds") > 0);
    assertThat(gauge("acequia_pipeline_partitions")).isZero();
  }

  private double gauge(String name) {
    return operator.metrics.registry().scrape().stream()
        .filter(metric -> metric.getMetadata().getPrometheusName().equals(name))
        .flatMap(metric -> metric.getDataPoints().stream())
        .filter(point -> namespace.equals(point.getLabels().get("pipeline_namespace")))
        .mapToDouble(point -> ((GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  /** Names of the metrics with a series of this test's pipeline. */
  private Set<String> gauges() {
    return operator.metrics.registry().scrape().stream()
        .filter(
            metric ->
                metric.getDataPoints().stream()
                    .anyMatch(
                        point -> namespace.equals(point.getLabels().get("pipeline_namespace"))))
        .map(metric -> metric.getMetadata().getPrometheusName())
        .collect(java.util.stream.Collectors.toSet());
  }

  private static String logOf(Runnable action) {
    var err = System.err;
    var log = new java.io.ByteArrayOutputStream();
    try (var kept = new java.io.PrintStream(log, true, java.nio.charset.StandardCharsets.UTF_8)) {
      System.setErr(kept);
      action.run();
    } finally {
      System.setErr(err);
    }
    return log.toString(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void theEndOfANamespaceIsNoErrorInTheLog() {
    create("deletionPolicy: Delete");
    awaitReady();
    var log =
        logOf(
            () -> {
              client.namespaces().withName(namespace).delete();
              await()
                  .atMost(LIMIT)
                  .until(() -> client.namespaces().withName(namespace).get() == null);
            });
    assertThat(log)
        .containsPattern("WARN .* TableStays")
        .doesNotContain("Uncaught error", "\tat ", "was not written");
    assertThat(left("table")).isCloseTo(Instant.now().getEpochSecond(), within(300.0));
    assertThat(left("topics")).isZero();
  }

  private double left(String what) {
    return operator.metrics.gauge(PipelineMetric.REMOVAL_LEFT, namespace, what).get();
  }

  @Test
  void aServiceThatWasDeletedComesBackAtItsPort() {
    create("");
    awaitReady();
    var endpoint = status().endpoint();
    var service = client.services().inNamespace(namespace).withName("flights");
    for (var i = 0; i < 3; i++) { // the API server would hardly choose the same three times
      var uid = service.get().getMetadata().getUid();
      service.delete();
      await()
          .atMost(LIMIT)
          .until(() -> service.get() != null && !service.get().getMetadata().getUid().equals(uid));
      await()
          .during(Duration.ofMillis(700))
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(
                          "http://127.0.0.1:"
                              + service.get().getSpec().getPorts().getFirst().getNodePort())
                      .isEqualTo(endpoint)
                      .isEqualTo(status().endpoint()));
    }
  }

  @Test
  void aServiceWhosePortIsTakenGetsAnother() {
    create("");
    awaitReady();
    var former = status().endpoint();
    operator.close();
    takeThePort();
    operator = cluster.startOperator();
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(status().endpoint()).isNotNull().isNotEqualTo(former));
    awaitReady();
  }

  @Test
  void waitsForAPortThatIsGivenFreeALittleLater() {
    create("");
    awaitReady();
    var former = status().endpoint();
    operator.close();
    var other = takeThePort();
    var tries = new AtomicInteger();
    operator =
        new TestCluster.RunningOperator(
            new KubernetesClientBuilder()
                .withConfig(client.getConfiguration())
                .withHttpClientBuilderConsumer(
                    http ->
                        http.addOrReplaceInterceptor(
                            "frees the port",
                            new Interceptor() {
                              @Override
                              public void before(
                                  BasicBuilder builder, HttpRequest request, RequestTags tags) {
                                if (request.method().equals("PATCH")
                                    && request.uri().getPath().endsWith("/services/flights")
                                    && tries.incrementAndGet() == 2) {
                                  other.delete();
                                }
                              }
                            }))
                .build(),
            cluster.platform);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                client.services().inNamespace(namespace).withName("flights").get() != null
                    && tries.get() > 1);
    awaitReady();
    assertThat(status().endpoint()).isEqualTo(former);
  }

  /** Removes the pipeline's Service and gives its port to another. */
  private Resource<Service> takeThePort() {
    var service = client.services().inNamespace(namespace).withName("flights");
    var port = service.get().getSpec().getPorts().getFirst().getNodePort();
    service.delete();
    var other =
        client.resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("takes-the-port")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withType("NodePort")
                .addNewPort()
                .withPort(80)
                .withNodePort(port)
                .endPort()
                .endSpec()
                .build());
    await()
        .atMost(LIMIT)
        .ignoreExceptions() // a port is given free a moment after its Service is gone
        .until(() -> other.create() != null);
    return other;
  }

  @Test
  void retainLeavesTheTopicsAndNothingElse() {
    create("");
    awaitReady();
    client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
    await().atMost(LIMIT).untilAsserted(() -> assertThat(versions()).isEmpty());
    assertThat(topics()).hasSize(2);
  }

  @Test
  void letsANamespaceEndThatWasDeletedWhileItWasDown() {
    create("deletionPolicy: Delete");
    awaitReady();
    operator.close();
    client.namespaces().withName(namespace).delete();
    await().atMost(LIMIT).until(() -> Objects.requireNonNull(find()).isMarkedForDeletion());
    operator = cluster.startOperator();
    await().atMost(LIMIT).until(() -> client.namespaces().withName(namespace).get() == null);
    assertThat(topics()).isEmpty();
    assertThat(client.events().v1().events().inNamespace("default").list().getItems())
        .anySatisfy(
            event -> {
              assertThat(event.getRegarding().getName()).isEqualTo(namespace);
              assertThat(event.getNote()).contains("DROP TABLE").contains("flights");
            });
  }

  @Test
  void tellsOfItsChangesOfState() {
    create("");
    awaitReady();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.events().v1().events().inNamespace(namespace).list().getItems())
                    .filteredOn(e -> "DataPipeline".equals(e.getRegarding().getKind()))
                    .extracting(e -> e.getReason())
                    .contains("TopicChanged", "Ready"));
  }

  /** Keys of the owners topic that have a value and are about this test's namespace. */
  private Set<String> ownersKeys() {
    var partition = new TopicPartition("_acequia.owners", 0);
    var live = new TreeSet<String>();
    try (var consumer =
        new KafkaConsumer<>(kafkaSettings(), new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      var end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          if (!record.key().contains("/" + namespace + "/")) {
            continue;
          }
          if (record.value() == null) {
            live.remove(record.key());
          } else {
            live.add(record.key());
          }
        }
      }
    }
    return live;
  }

  private Map<String, Object> kafkaSettings() {
    return Map.of("bootstrap.servers", cluster.kafka.bootstrapServers());
  }

  private void makeTopic(String topic, Map<String, String> settings) throws Exception {
    cluster
        .admin
        .createTopics(
            List.of(new NewTopic(topic, Optional.of(3), Optional.empty()).configs(settings)))
        .all()
        .get(10, TimeUnit.SECONDS);
  }

  private Map<String, String> topicSettings(String topic) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    var config =
        cluster
            .admin
            .describeConfigs(List.of(resource))
            .all()
            .get(10, TimeUnit.SECONDS)
            .get(resource);
    return Objects.requireNonNull(config).entries().stream()
        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
        .collect(java.util.stream.Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
  }

  private void create(String more) {
    create(more, "{partitions: 2}");
  }

  private void create(String more, String topic) {
    create(more, topic, "postgres: {secretName: warehouse}");
  }

  private void createIn(String store) {
    create("", "{partitions: 2}", store);
  }

  private void create(String more, String topic, String store) {
    load(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: flights, namespace: %s}
        spec:
          schema:
            fields:
              - {name: flight, type: int32, required: true}
              - {name: dest, type: string}
          topic: %s
          store: {%s}
          %s
        """
            .formatted(namespace, topic, store, more));
  }

  private void load(String yaml) {
    client
        .load(
            new java.io.ByteArrayInputStream(
                yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .create();
  }

  private void merge(String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName("flights")
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  private void awaitReady() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              var pipeline = Objects.requireNonNull(find());
              assertThat(status().conditions()).isNotEmpty();
              var ready = condition("Ready");
              assertThat(ready.getStatus()).as(ready.getMessage()).isEqualTo("True");
              assertThat(ready.getObservedGeneration())
                  .isEqualTo(pipeline.getMetadata().getGeneration());
            });
  }

  private DataPipeline find() {
    return client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").get();
  }

  private DataPipelineStatus status() {
    return Optional.ofNullable(find())
        .map(DataPipeline::getStatus)
        .orElseGet(DataPipelineStatus::empty);
  }

  private Optional<Condition> find(String type) {
    return status().conditions().stream().filter(c -> c.getType().equals(type)).findFirst();
  }

  private Condition condition(String type) {
    return find(type)
        .orElseGet(
            () -> {
              var none = new Condition();
              none.setReason("");
              none.setMessage("");
              none.setStatus("");
              return none;
            });
  }

  private Deployment deployment(String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name).get();
  }

  private PipelineDefinition inForce(String deployment) {
    var name = Release.of(deployment(deployment)).orElseThrow().definition();
    var map = client.configMaps().inNamespace(namespace).withName(name).get();
    return PipelineDefinition.fromJson(Objects.requireNonNull(map.getData().get("pipeline.json")));
  }

  private List<ConfigMap> definitions() {
    return client
        .configMaps()
        .inNamespace(namespace)
        .withLabel(PipelineNames.MANAGED_BY_LABEL, PipelineNames.MANAGER)
        .list()
        .getItems();
  }

  private String failedJob() {
    return client.batch().v1().jobs().inNamespace(namespace).list().getItems().stream()
        .filter(job -> job.getStatus().getSucceeded() == null)
        .map(job -> job.getMetadata().getName())
        .findFirst()
        .orElseThrow();
  }

  private String onlyJob() {
    var jobs = client.batch().v1().jobs().inNamespace(namespace).list().getItems();
    return jobs.size() == 1 ? jobs.getFirst().getMetadata().getName() : "";
  }

  private String secretValue(String secret, String key) {
    var encoded = client.secrets().inNamespace(namespace).withName(secret).get().getData().get(key);
    return new String(
        java.util.Base64.getDecoder().decode(encoded), java.nio.charset.StandardCharsets.UTF_8);
  }

  private Set<String> topics() throws RuntimeException {
    try {
      return cluster.admin.listTopics().names().get(10, TimeUnit.SECONDS).stream()
          .filter(name -> name.startsWith(namespace + "."))
          .collect(java.util.stream.Collectors.toSet());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The version of each of the operator's objects. */
  private Map<String, String> versions() {
    var versions = new HashMap<String, String>();
    Stream.of(
            client.configMaps(),
            client.secrets(),
            client.services(),
            client.resources(ServiceAccount.class),
            client.batch().v1().jobs(),
            client.apps().deployments())
        .flatMap(
            kind ->
                kind
                    .inNamespace(namespace)
                    .withLabel(PipelineNames.MANAGED_BY_LABEL, PipelineNames.MANAGER)
                    .list()
                    .getItems()
                    .stream())
        .map(HasMetadata.class::cast)
        .forEach(
            object ->
                versions.put(
                    object.getKind() + "/" + object.getMetadata().getName(),
                    object.getMetadata().getResourceVersion()));
    return versions;
  }
}
