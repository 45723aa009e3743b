package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.servers.PretendNode;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** One object in one namespace, of any content that the API server takes, stops nobody else. */
@Isolated
class HostileObjectsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TestCluster cluster = TestCluster.get();

  /** It reads what it makes. */
  private final KubernetesClient client = cluster.newClient();

  private final String ours = cluster.newNamespace();
  private final String theirs = cluster.newNamespace();

  @AfterEach
  void letGo() {
    client.secrets().inNamespace(theirs).delete();
    client.namespaces().withName(theirs).delete();
    client.close();
  }

  /** Its owner's uid becomes a name among the managed fields, which a parser may refuse. */
  @Test
  void anOwnersUidOfAnyLengthIsRead() {
    cluster.node.decide(PretendNode::allGoesWell);
    client.resource(hostile(PipelineNames.MANAGER)).create();
    client.resource(hostile("nobody")).create();
    try (var operator = cluster.startOperator()) { // lists them
      create("first");
      awaitReady("first");
      client.secrets().inNamespace(theirs).delete();
      client.resource(hostile(PipelineNames.MANAGER)).create(); // watches them
      client.resource(hostile("nobody")).create();
      create("second");
      awaitReady("second");
      assertThat(operator.hasEnded()).isFalse();
    }
  }

  /** What it does not hold would be taken for absent. */
  @Test
  void anInformerThatCannotReadAnAnswerEndsTheOperator() {
    client.resource(hostile("nobody")).create();
    startsAndEnds(() -> {});
  }

  @Test
  void anInformerThatCannotReadAnEventEndsTheOperator() {
    startsAndEnds(() -> client.resource(hostile("nobody")).create());
  }

  /** Whether its informers list an object or watch it: a list may be of a moment before. */
  private void startsAndEnds(Runnable afterTheStart) {
    var ends = new AtomicInteger();
    var operator =
        PipelineOperator.create(
            strict(),
            cluster.platform,
            KafkaLogin.none(),
            new MetricSet(new PrometheusRegistry()),
            Optional.empty(),
            Optional.empty(),
            Path.of("unused"),
            new End(() -> {}, ends::incrementAndGet),
            Clock.systemUTC());
    operator.start();
    afterTheStart.run();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(ends).hasPositiveValue());
    operator.stop();
  }

  /** As the client is by itself: it reads no name of more than 50,000 characters. */
  private KubernetesClient strict() {
    return new KubernetesClientBuilder().withConfig(client.getConfiguration()).build();
  }

  /** Names of a few characters take a hundred bytes each once they are read. */
  @Test
  void ofVeryManyNamesAndValuesTheRestIsPassedOver() {
    cluster.node.decide(PretendNode::allGoesWell);
    var values = new LinkedHashMap<String, String>();
    for (var i = 0; i < 25_000; i++) {
      values.put("k" + i, "");
    }
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName("many")
            .withNamespace(theirs)
            .addToLabels(new PipelineNames(theirs, "flights").labels())
            .endMetadata()
            .withData(values)
            .build();
    client.resource(secret).create();
    try (var operator = cluster.startOperator()) {
      create("third");
      awaitReady("third");
      assertThat(operator.hasEnded()).isFalse();
    }
  }

  /** An older version of the resources allowed them. */
  @Test
  void objectsWithoutASpecStopNobody() {
    cluster.node.decide(PretendNode::allGoesWell);
    requireSpec(List.of());
    var objects = List.of(bare(DataPipeline.KIND, "bare"), bare(DataPipelineReplay.KIND, "bare"));
    try {
      objects.forEach(
          object ->
              await()
                  .atMost(LIMIT)
                  .ignoreExceptions()
                  .until(() -> client.resource(object).serverSideApply() != null));
      requireSpec(List.of("spec"));
      try (var operator = cluster.startOperator()) {
        create("fourth");
        awaitReady("fourth");
        assertThat(operator.hasEnded()).isFalse();
      }
    } finally {
      requireSpec(List.of());
      objects.forEach(object -> client.resource(object).delete());
      requireSpec(List.of("spec"));
    }
  }

  private void requireSpec(List<String> required) {
    for (var type : List.of(DataPipeline.class, DataPipelineReplay.class)) {
      client
          .apiextensions()
          .v1()
          .customResourceDefinitions()
          .withName(CustomResource.getCRDName(type))
          .edit(
              crd -> {
                crd.getSpec()
                    .getVersions()
                    .getFirst()
                    .getSchema()
                    .getOpenAPIV3Schema()
                    .setRequired(required);
                return crd;
              });
    }
  }

  private GenericKubernetesResource bare(String kind, String name) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(DataPipeline.GROUP + "/" + DataPipeline.VERSION)
        .withKind(kind)
        .withNewMetadata()
        .withName(name)
        .withNamespace(theirs)
        .endMetadata()
        .build();
  }

  private Secret hostile(String manager) {
    var labels = new LinkedHashMap<>(new PipelineNames(theirs, "flights").labels());
    labels.put(PipelineNames.MANAGED_BY_LABEL, manager);
    return new SecretBuilder()
        .withNewMetadata()
        .withName("hostile-" + manager)
        .withNamespace(theirs)
        .withLabels(labels)
        .addNewOwnerReference()
        .withApiVersion("x/v1")
        .withKind("Foo")
        .withName("n")
        .withUid("u".repeat(60_000))
        .endOwnerReference()
        .endMetadata()
        .withData(Map.of())
        .build();
  }

  private void create(String name) {
    cluster.createPipeline(ours, name, "");
  }

  private void awaitReady(String name) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        Optional.ofNullable(
                                client
                                    .resources(DataPipeline.class)
                                    .inNamespace(ours)
                                    .withName(name)
                                    .get()
                                    .getStatus())
                            .map(status -> status.conditions())
                            .orElse(List.of()))
                    .anyMatch(
                        condition ->
                            condition.getType().equals("Ready")
                                && condition.getStatus().equals("True")));
  }
}
