package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.Termination;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.MigrationStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.observe.MigrationJobs;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change of the platform over a fleet, on a real control plane; only the node is pretended. */
class RolloutIT {
  private static final int FLEET = Integer.getInteger("rollout.pipelines", 10);
  private static final Duration LIMIT = Duration.ofSeconds(60 + 2L * FLEET);
  private static final int MAX_IN_FLIGHT = 3;
  private static final int MAX_FAILED = 2;

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final FleetEvents events = new FleetEvents(client, namespace);
  private TestCluster.RunningOperator operator = start("v1");

  @BeforeEach
  void serve() {
    cluster.node.decide(PretendNode::allGoesWell);
    names().forEach(this::create);
    await().atMost(LIMIT).until(() -> ready().containsAll(names().toList()));
  }

  @AfterEach
  void letGo() {
    cluster.node.decide(PretendNode::allGoesWell);
    client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await().atMost(LIMIT).until(() -> pipelines().isEmpty());
    operator.close();
    events.close();
  }

  /**
   * Statuses and Deployments are those of an operator that kept nothing of rollouts and wrote its
   * Pods otherwise, so nothing but the pacing keeps this one from bringing all pipelines to its
   * image at once.
   */
  @Test
  void neverBringsMoreThanItMayToANewImageWhoeverTakesOverInTheMidst() {
    merge("fleet-1", "{\"spec\":{\"suspend\":true}}");
    await()
        .atMost(LIMIT)
        .until(() -> condition(find("fleet-1"), "Ready").getReason().equals("Suspended"));
    operator.close();
    names().forEach(this::makeOlder);
    await().atMost(LIMIT).until(() -> deployments().allMatch(RolloutIT::isRolledOut));
    var before = names().collect(Collectors.toMap(name -> name, this::parts));
    var migrations = names().collect(Collectors.toMap(name -> name, this::migration));
    operator = start("v2");
    await().atMost(LIMIT).until(() -> serving("v2").size() >= 2);
    assertThat(serving("v2").size()).isLessThan(FLEET);
    operator.close();
    operator = start("v2");
    await().atMost(LIMIT).until(() -> !waiting().isEmpty());
    for (var one : waiting()) {
      var name = one.getMetadata().getName();
      assertThat(condition(one, "Ready").getStatus()).isEqualTo("True");
      assertThat(condition(one, "Updating").getReason()).isEqualTo("WaitingForSlot");
      var parts = parts(name);
      var migration = migration(name);
      if (state(find(name)) == RolloutStatus.State.WAITING) {
        assertThat(parts).isEqualTo(before.get(name));
        assertThat(migration).isEqualTo(migrations.get(name));
      }
    }

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(pipelines())
                    .hasSize(FLEET)
                    .allSatisfy(
                        one -> {
                          assertThat(serving("v2")).contains(one.getMetadata().getName());
                          assertThat(condition(one, "Ready").getStatus()).isEqualTo("True");
                          assertThat(condition(one, "Updating").getReason()).isEmpty();
                        }));
    assertThat(events.mostSlotsTaken()).hasSizeBetween(2, MAX_IN_FLIGHT);
    assertThat(events.mostInFlight("v2")).hasSizeBetween(2, MAX_IN_FLIGHT);
    // Each migration once, whoever was in charge.
    assertThat(names())
        .allSatisfy(
            name ->
                assertThat(migration(name).version())
                    .isEqualTo(Objects.requireNonNull(migrations.get(name)).version() + 1));
  }

  /** Its topics are known only when Kafka has answered, which is after the first reconcile. */
  @Test
  void anUpgradeFromAnOperatorThatNotedNoMigrationIsPacedToo() {
    operator.close();
    names().forEach(this::makeOlder);
    names().forEach(name -> mergeStatus(name, "{\"status\":{\"migration\":null}}"));
    await().atMost(LIMIT).until(() -> deployments().allMatch(RolloutIT::isRolledOut));
    operator = start("v2");
    await().atMost(LIMIT).until(() -> serving("v2").size() == FLEET);
    assertThat(events.mostInFlight("v2")).hasSizeBetween(2, MAX_IN_FLIGHT);
  }

  @Test
  void aPipelineThatWaitsIsKeptAliveInItsVersion() {
    merge("fleet-1", "{\"metadata\":{\"annotations\":{\"acequia.dev/accept-offsets\":\"what\"}}}");
    await()
        .atMost(LIMIT)
        .until(() -> condition(find("fleet-1"), "Ready").getReason().equals("InvalidSpec"));
    operator.close();
    refuseVersion2But("");
    operator = start("v2");
    // Of the ten, one is refused, one is broken, and at most four tried the release.
    await().atMost(LIMIT).until(() -> healthyAndStopped().size() >= FLEET - 2 - MAX_IN_FLIGHT - 1);
    var waiting = Set.copyOf(healthyAndStopped());
    var one = waiting.iterator().next();
    // What is refused is not counted among those that have the newest version.
    awaitPipelines("behind", count -> count == 1);

    var migration = migration(one);
    var made = job(migration.job());
    client.resource(made).delete();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                hasSucceeded(migration.job())
                    && !uid(job(migration.job())).equals(uid(made))
                    && ready().contains(one));
    assertThat(migration(one)).isEqualTo(migration);

    var before = credentials(one);
    client.secrets().inNamespace(namespace).withName(one + "-writer").delete();
    await().atMost(LIMIT).until(() -> !credentials(one).equals(before) && ready().contains(one));
    assertThat(migration(one).version()).isEqualTo(migration.version() + 1);

    merge(one, "{\"spec\":{\"consumer\":{\"replicas\":2}}}");
    await().atMost(LIMIT).until(() -> consumer(one).getSpec().getReplicas() == 2);

    newCredentialsReach(waiting);
    assertThat(waiting)
        .allSatisfy(
            name -> {
              assertThat(migrated("v2")).doesNotContain(name);
              assertThat(image(consumer(name).getSpec().getTemplate())).endsWith("v1");
            });
  }

  /** Their statuses name no release, and their migrations no image. */
  @Test
  void newCredentialsReachPipelinesOfAnOlderOperatorWhoseUpgradeIsStopped() {
    operator.close();
    names()
        .forEach(
            name ->
                mergeStatus(
                    name, "{\"status\":{\"rollout\":null,\"migration\":{\"image\":null}}}"));
    refuseVersion2But("");
    operator = start("v2");
    await().atMost(LIMIT).until(() -> healthyAndStopped().size() >= FLEET - 1 - MAX_IN_FLIGHT - 1);
    var waiting = Set.copyOf(healthyAndStopped());
    newCredentialsReach(waiting);
    assertThat(migrated("v2")).doesNotContainAnyElementsOf(waiting);
  }

  /** A new password migrates each of these again, at the pace of a rollout, and they still wait. */
  private void newCredentialsReach(Set<String> waiting) {
    var migrations = waiting.stream().collect(Collectors.toMap(name -> name, this::migration));
    changePassword();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(waiting)
                    .allSatisfy(
                        name -> {
                          assertThat(migration(name).job())
                              .isNotEqualTo(Objects.requireNonNull(migrations.get(name)).job());
                          assertThat(hasSucceeded(migration(name).job())).isTrue();
                          assertThat(healthyAndStopped()).contains(name);
                          assertThat(ready()).contains(name);
                        }));
    assertThat(events.mostSlotsTaken()).hasSizeLessThanOrEqualTo(MAX_IN_FLIGHT);
  }

  private Set<String> healthyAndStopped() {
    return waiting().stream()
        .filter(one -> !one.getMetadata().getName().equals("fleet-0"))
        .filter(one -> condition(one, "Updating").getReason().equals("RolloutStopped"))
        .map(one -> one.getMetadata().getName())
        .collect(Collectors.toSet());
  }

  private void changePassword() {
    client
        .secrets()
        .inNamespace(namespace)
        .withName("warehouse")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"stringData\":{\"password\":\"other\"}}");
  }

  private @Nullable Job job(String name) {
    return client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
  }

  private boolean hasSucceeded(String name) {
    return Stream.ofNullable(job(name)).anyMatch(MigrationJobs::succeeded);
  }

  private static String uid(@Nullable Job job) {
    return Objects.requireNonNull(job).getMetadata().getUid();
  }

  private Deployment consumer(String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name + "-consumer").get();
  }

  private String credentials(String name) {
    return Release.of(consumer(name)).orElseThrow().credentials();
  }

  @Test
  void aSlotIsFreeAsSoonAsItsPipelineIsToBeDeleted() {
    operator.close();
    cluster.node.decide(
        pod ->
            image(pod).endsWith("v2") && PodFates.component(pod).equals("migration")
                ? new PretendNode.Fate.Waits()
                : PretendNode.allGoesWell(pod));
    operator = start("v2");
    await().atMost(LIMIT).until(() -> migrated("v2").size() == MAX_IN_FLIGHT);
    var holders = migrated("v2");
    // The drop of their tables does not come to its end either.
    holders.forEach(name -> merge(name, "{\"spec\":{\"deletionPolicy\":\"Delete\"}}"));
    holders.forEach(
        name ->
            client.resources(DataPipeline.class).inNamespace(namespace).withName(name).delete());
    await()
        .atMost(LIMIT)
        .until(
            () ->
                migrated("v2").stream().filter(name -> !holders.contains(name)).count()
                    == MAX_IN_FLIGHT);
    assertThat(pipelines()).hasSize(FLEET);
    assertThat(events.mostInFlight("v2")).hasSize(MAX_IN_FLIGHT);
  }

  /** What it holds may be kept from deletion by a policy, and then the pipelines stay. */
  @Test
  void pipelinesOfANamespaceThatEndsKeepNoSlot() {
    var ending = cluster.newNamespace();
    var stuck = IntStream.range(0, MAX_IN_FLIGHT).mapToObj(i -> "stuck-" + i).toList();
    stuck.forEach(name -> create(ending, name));
    await().atMost(LIMIT).until(() -> pipelines(ending).stream().allMatch(RolloutIT::isReady));
    operator.close();
    var policy = forbidDeletionsIn(ending);
    try {
      client.namespaces().withName(ending).delete();
      operator = start("v2");
      await().atMost(LIMIT).until(() -> serving("v2").size() == FLEET);
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(pipelines(ending))
                      .hasSize(stuck.size())
                      .noneMatch(DataPipeline::isMarkedForDeletion)
                      .noneMatch(one -> state(one) == RolloutStatus.State.UPDATING));
    } finally {
      policy.forEach(object -> client.resource(object).delete());
    }
    await().atMost(LIMIT).until(() -> client.namespaces().withName(ending).get() == null);
  }

  private List<HasMetadata> forbidDeletionsIn(String ending) {
    var objects =
        client
            .load(
                new ByteArrayInputStream(
                    """
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingAdmissionPolicy
                    metadata: {name: keep-%1$s}
                    spec:
                      matchConstraints:
                        namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %1$s}}
                        resourceRules:
                        - {apiGroups: ["acequia.dev", "apps", "batch"], apiVersions: ["*"], resources: ["*"], operations: [DELETE]}
                      validations: [{expression: "false"}]
                    ---
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: ValidatingAdmissionPolicyBinding
                    metadata: {name: keep-%1$s}
                    spec: {policyName: keep-%1$s, validationActions: [Deny]}
                    """
                        .formatted(ending)
                        .getBytes(StandardCharsets.UTF_8)))
            .items();
    objects.forEach(object -> client.resource(object).create());
    await().atMost(LIMIT).until(() -> isKept(ending));
    return objects;
  }

  private boolean isKept(String ending) {
    try {
      client.resources(DataPipeline.class).inNamespace(ending).dryRun(true).delete();
      return false;
    } catch (KubernetesClientException e) {
      return true;
    }
  }

  /** A release that asks for more than namespaces have room for looks the same. */
  @Test
  void pipelinesWhosePodsAreRefusedFailInTimeAndNoLongerCountOnceTheyAreNot() {
    operator.close();
    var quota =
        new ResourceQuotaBuilder()
            .withNewMetadata()
            .withName("full")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .addToHard("pods", new Quantity("0"))
            .endSpec()
            .build();
    client.resource(quota).create();
    operator = start("v2", "3s");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(waiting())
                    .isNotEmpty()
                    .allSatisfy(
                        one ->
                            assertThat(condition(one, "Updating").getReason())
                                .isEqualTo("RolloutStopped")));
    assertThat(pipelines())
        .filteredOn(one -> state(one) == RolloutStatus.State.FAILED)
        .hasSizeBetween(MAX_FAILED, MAX_IN_FLIGHT + MAX_FAILED - 1)
        .allSatisfy(
            one ->
                assertThat(condition(one, "StoreReady").getMessage())
                    .contains("exceeded quota: full"));
    client.resource(quota).delete();
    await().atMost(LIMIT).until(() -> serving("v2").size() > MAX_IN_FLIGHT + MAX_FAILED);
    assertThat(events.mostSlotsTaken()).hasSizeBetween(2, MAX_IN_FLIGHT);
  }

  @Test
  void stopsAfterFailuresLetsAnEditThroughAndGoesOnWithAFix() {
    // Broken before, by its owner's doing: it neither counts nor stands in the way.
    cluster.node.decide(
        pod ->
            isOf(pod, "fleet-0") && PodFates.component(pod).equals("consumer")
                ? PodFates.refuse(Termination.Reason.OffsetsLost, "the offsets are gone")
                : PretendNode.allGoesWell(pod));
    merge("fleet-0", "{\"spec\":{\"description\":\"broken\"}}");
    await()
        .atMost(LIMIT)
        .until(() -> condition(find("fleet-0"), "Stalled").getStatus().equals("True"));
    operator.close();
    refuseVersion2But("");
    operator = start("v2");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(pipelines())
                    .filteredOn(one -> state(one) == RolloutStatus.State.WAITING)
                    .filteredOn(one -> !one.getMetadata().getName().equals("fleet-0"))
                    .hasSizeGreaterThanOrEqualTo(FLEET - 1 - 1 - MAX_IN_FLIGHT)
                    .allSatisfy(
                        one -> {
                          assertThat(condition(one, "Updating").getReason())
                              .isEqualTo("RolloutStopped");
                          assertThat(condition(one, "Updating").getMessage())
                              .contains("failed in " + namespace + "/fleet-")
                              .contains("platform.rollout.maxFailed")
                              .doesNotContain("fleet-0");
                          assertThat(condition(one, "Ready").getStatus()).isEqualTo("True");
                        }));
    var tried = migrated("v2");
    // The first failure gave its slot to one more.
    assertThat(tried)
        .hasSizeBetween(MAX_FAILED, MAX_IN_FLIGHT + MAX_FAILED - 1)
        .doesNotContain("fleet-0");
    awaitPipelines("stopped", count -> count >= FLEET - 1 - MAX_IN_FLIGHT - 1);
    await().during(Duration.ofSeconds(3)).atMost(LIMIT).until(() -> migrated("v2").equals(tried));

    var waiting = names().filter(name -> !tried.contains(name) && !name.equals("fleet-0")).toList();
    var edited = waiting.getLast();
    refuseVersion2But(edited);
    merge(edited, "{\"spec\":{\"description\":\"edited\"}}");
    await()
        .atMost(LIMIT)
        .until(() -> serving("v2").equals(Set.of(edited)) && ready().contains(edited));

    operator.close();
    operator = start("v2");
    var restarted = operator;
    await()
        .atMost(LIMIT)
        .until(
            () ->
                restarted.metrics.gauge(PipelineMetric.ROLLOUT_PIPELINES, "stopped").get()
                    >= FLEET - 1 - MAX_IN_FLIGHT - 1);

    operator.close();
    operator = start("v3");
    await().atMost(LIMIT).until(() -> serving("v3").size() >= FLEET - 1);
    assertThat(events.mostInFlight("v3")).hasSizeLessThanOrEqualTo(MAX_IN_FLIGHT);
    await().atMost(LIMIT).until(() -> ready().contains(edited));
    assertThat(ready()).doesNotContain("fleet-0");
  }

  private void refuseVersion2But(String exempt) {
    cluster.node.decide(
        pod ->
            image(pod).endsWith("v2") && !isOf(pod, exempt)
                ? PodFates.refuse(Termination.Reason.StoreRefused, "not in this version")
                : isOf(pod, "fleet-0") && PodFates.component(pod).equals("consumer")
                    ? PodFates.refuse(Termination.Reason.OffsetsLost, "the offsets are gone")
                    : PretendNode.allGoesWell(pod));
  }

  private TestCluster.RunningOperator start(String version) {
    return start(version, "5m");
  }

  private TestCluster.RunningOperator start(String version, String readyWithin) {
    return cluster.startOperator(
        PlatformConfig.parse(
            """
            runtimeImage: acequia-runtime:%s
            kafka: {bootstrapServers: "%s", replicationFactor: 1, minInsyncReplicas: 1}
            rollout: {maxInFlight: %d, maxFailed: %d, readyWithin: %s}
            """
                .formatted(
                    version,
                    cluster.kafka.bootstrapServers(),
                    MAX_IN_FLIGHT,
                    MAX_FAILED,
                    readyWithin)));
  }

  /** Pipelines whose Deployments run this version. */
  private Set<String> serving(String version) {
    return client.apps().deployments().inNamespace(namespace).list().getItems().stream()
        .filter(one -> image(one.getSpec().getTemplate()).endsWith(version))
        .collect(Collectors.groupingBy(RolloutIT::pipeline, Collectors.counting()))
        .entrySet()
        .stream()
        .filter(one -> one.getValue() == 2)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Pipelines with a migration of this version. */
  private Set<String> migrated(String version) {
    return client.batch().v1().jobs().inNamespace(namespace).list().getItems().stream()
        .filter(job -> image(job.getSpec().getTemplate()).endsWith(version))
        .map(RolloutIT::pipeline)
        .collect(Collectors.toSet());
  }

  private static String image(PodTemplateSpec template) {
    return template.getSpec().getContainers().getFirst().getImage();
  }

  private static String image(Pod pod) {
    return pod.getSpec().getContainers().getFirst().getImage();
  }

  private static String pipeline(HasMetadata object) {
    return String.valueOf(object.getMetadata().getLabels().get(PipelineNames.INSTANCE_LABEL));
  }

  private static boolean isOf(Pod pod, String pipeline) {
    return pipeline(pod).equals(pipeline);
  }

  private static Stream<String> names() {
    return IntStream.range(0, FLEET).mapToObj(i -> "fleet-" + i);
  }

  private List<DataPipeline> pipelines() {
    return pipelines(namespace);
  }

  private List<DataPipeline> pipelines(String where) {
    return client.resources(DataPipeline.class).inNamespace(where).list().getItems();
  }

  private DataPipeline find(String name) {
    return client.resources(DataPipeline.class).inNamespace(namespace).withName(name).get();
  }

  private List<DataPipeline> waiting() {
    return pipelines().stream().filter(one -> state(one) == RolloutStatus.State.WAITING).toList();
  }

  private MigrationStatus migration(String name) {
    return Objects.requireNonNull(find(name).getStatus().migration());
  }

  private Stream<Deployment> deployments() {
    return client.apps().deployments().inNamespace(namespace).list().getItems().stream();
  }

  private static boolean isRolledOut(Deployment deployment) {
    var status = deployment.getStatus();
    var wanted = deployment.getSpec().getReplicas();
    return Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration())
        && Objects.equals(Objects.requireNonNullElse(status.getReplicas(), 0), wanted)
        && Objects.equals(Objects.requireNonNullElse(status.getUpdatedReplicas(), 0), wanted)
        && Objects.equals(Objects.requireNonNullElse(status.getAvailableReplicas(), 0), wanted);
  }

  /** As an operator leaves it that knows of no rollouts, and whose Pods are not read any more. */
  private void makeOlder(String name) {
    for (var part : List.of("-consumer", "-api")) {
      client
          .apps()
          .deployments()
          .inNamespace(namespace)
          .withName(name + part)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"%s\":null}}}}}"
                  .formatted(PipelineNames.CREDENTIALS_ANNOTATION));
    }
    mergeStatus(name, "{\"status\":{\"rollout\":null}}");
  }

  private void mergeStatus(String name, String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName(name)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  /** What a pipeline is made of, with all that is wanted of it. */
  private Map<String, String> parts(String name) {
    var parts = new TreeMap<String, String>();
    client
        .configMaps()
        .inNamespace(namespace)
        .withLabel(PipelineNames.INSTANCE_LABEL, name)
        .list()
        .getItems()
        .forEach(one -> parts.put(key(one), one.getMetadata().getResourceVersion()));
    client
        .secrets()
        .inNamespace(namespace)
        .withLabel(PipelineNames.INSTANCE_LABEL, name)
        .list()
        .getItems()
        .forEach(one -> parts.put(key(one), one.getMetadata().getResourceVersion()));
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withLabel(PipelineNames.INSTANCE_LABEL, name)
        .list()
        .getItems()
        .forEach(one -> parts.put(key(one), one.getMetadata().getUid()));
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withLabel(PipelineNames.INSTANCE_LABEL, name)
        .list()
        .getItems()
        .forEach(one -> parts.put(key(one), one.getMetadata().getGeneration().toString()));
    assertThat(parts).hasSizeGreaterThanOrEqualTo(6);
    return parts;
  }

  private static String key(HasMetadata object) {
    return object.getKind() + " " + object.getMetadata().getName();
  }

  private Set<String> ready() {
    return pipelines().stream()
        .filter(RolloutIT::isReady)
        .map(one -> one.getMetadata().getName())
        .collect(Collectors.toSet());
  }

  private static boolean isReady(DataPipeline pipeline) {
    return condition(pipeline, "Ready").getStatus().equals("True");
  }

  private static RolloutStatus.@Nullable State state(DataPipeline pipeline) {
    return pipeline.getStatus() == null || pipeline.getStatus().rollout() == null
        ? null
        : pipeline.getStatus().rollout().state();
  }

  private static Condition condition(DataPipeline pipeline, String type) {
    return Stream.ofNullable(pipeline.getStatus())
        .flatMap(status -> status.conditions().stream())
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseGet(
            () -> {
              var none = new Condition();
              none.setStatus("");
              none.setReason("");
              none.setMessage("");
              return none;
            });
  }

  private void create(String name) {
    create(namespace, name);
  }

  private void create(String where, String name) {
    cluster.createPipeline(where, name, "");
  }

  /** The gauges follow the statuses. */
  private void awaitPipelines(String state, DoublePredicate count) {
    await()
        .atMost(LIMIT)
        .until(
            () ->
                count.test(operator.metrics.gauge(PipelineMetric.ROLLOUT_PIPELINES, state).get()));
  }

  private void merge(String name, String patch) {
    client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }
}
