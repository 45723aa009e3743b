package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.servers.ControlPlane;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.ControlPlaneSettings;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart's roles are what the operator calls, no less and no more, by the API server's own
 * record. As on OpenShift, who sets an owner reference that blocks deletion has to have a right to
 * the owner's finalizers.
 */
class RightsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What no call is seen to use, each with its reason. */
  private static final Set<String> NOT_SEEN =
      Set.of(
          // The admission plugin asks for it; without it no object can be made here.
          "update datapipelines/finalizers.acequia.dev",
          // The framework reads a pipeline again when somebody else removes a finalizer of theirs
          // in the moment in which it removes ours.
          "get datapipelines.acequia.dev",
          // Whose a Job is of the name that a migration needs; the name ends in a hash.
          "get jobs.batch",
          // The framework does not start without it, and then patches the lease.
          "update leases.coordination.k8s.io");

  private static final Map<String, String> OWN = new PipelineNames("crowded", "flights").labels();

  @TempDir static Path folder;
  private static ControlPlane plane;
  private static KafkaServer kafka;
  private static KubernetesClient client;
  private static PretendNode node;
  private static AuditLog audit;

  private final List<HasMetadata> installed = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    plane =
        ControlPlane.start(
            Home.at(folder.resolve("control-plane")),
            Ports.keptIn(folder.resolve("control-plane")),
            ControlPlaneSettings.whole()
                .withoutScheduler()
                .withAdmissionBy("OwnerReferencesPermissionEnforcement")
                .withAuditOfAllCallsOf(OperatorRun.USER),
            ControlPlaneBinaries.resolve(true, line -> {}));
    kafka = KafkaServer.start(folder.resolve("kafka"));
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
            .build();
    audit = new AuditLog(plane.auditLog());
    createNamespace(OperatorRun.NAMESPACE);
    apply(Chart.CRDS.objects());
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () ->
                client.resources(DataPipeline.class).inAnyNamespace().list() != null
                    && client.resources(DataPipelineReplay.class).inAnyNamespace().list() != null);
    node = new PretendNode(client, PipelineNames.OWN_OBJECTS);
  }

  @AfterAll
  static void stop() {
    node.close();
    client.close();
    plane.close();
    kafka.close();
  }

  @AfterEach
  void uninstall() {
    installed.forEach(object -> client.resource(object).delete());
    client.leases().inNamespace(OperatorRun.NAMESPACE).delete(); // the next one makes its own
    life("elsewhere").delete("flights");
  }

  @Test
  void usesEachRightInTheClusterAndIsRefusedNothing() throws Exception {
    var place = audit.end();
    var chart = install(chart());
    liveOn(chart, life("ops"), life("full"));
    assertRightsAreThoseUsed(chart, place);
  }

  @Test
  void usesEachRightInTheWatchedNamespacesAndTouchesNoOther() throws Exception {
    var place = audit.end();
    var elsewhere = life("elsewhere");
    elsewhere.createNamespace();
    elsewhere.create("flights");
    var orders = life("orders");
    var payments = life("payments");
    createNamespace("orders");
    createNamespace("payments");
    var chart = install(chart().watching("orders", "payments"));
    liveOn(chart, orders, payments);

    assertRightsAreThoseUsed(chart, place);
    assertThat(clusterRoles(chart)).containsExactly("acequia-system.acequia-cluster-uid");
    assertThat(elsewhere.find("flights"))
        .hasValueSatisfying(
            pipeline -> {
              assertThat(pipeline.getMetadata().getFinalizers()).isEmpty();
              assertThat(pipeline.getStatus()).isNull();
            });
    assertThat(audit.since(place))
        .filteredOn(call -> !call.resource().startsWith("selfsubject")) // everybody may
        .extracting(AuditLog.Call::namespace)
        .containsOnly("orders", "payments", "kube-system", OperatorRun.NAMESPACE);
  }

  @Test
  void needsNoClusterRoleWhereTheInstallationHasAName() {
    assertThat(
            clusterRoles(
                chart().watching("orders").with("platform.installation", "ours").objects()))
        .isEmpty();
  }

  @Test
  void saysWhichRightIsMissingWhereItMayReadNothing() throws Exception {
    createNamespace("first");
    createNamespace("second");
    var chart = install(chart().watching("first", "second"));
    rolesIn("first", chart).forEach(object -> client.resource(object).delete());
    rolesIn("second", chart).forEach(object -> client.resource(object).delete());
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      assertThat(operator.exitCode()).isEqualTo(1);
      assertThat(operator.log())
          .containsPattern(
              "The operator lacks a right: .* cannot list resource .* in the namespace \"first\".*"
                  + "The chart makes a Role for each of watchNamespaces");
    }
  }

  @Test
  void saysWhichRightIsMissingInTheCluster() throws Exception {
    var chart = install(chart());
    chart.stream()
        .filter(object -> object.getKind().equals("ClusterRoleBinding"))
        .forEach(object -> client.resource(object).delete());
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      assertThat(operator.exitCode()).isEqualTo(1);
      assertThat(operator.log())
          .containsPattern("The operator lacks a right: .* cannot list resource .* cluster scope");
    }
  }

  /** Its Role stands in it, so whoever rules the namespace can delete the Role. */
  @Test
  void leavesOutANamespaceThatItMayNotReadUntilItsNextStart() throws Exception {
    var third = life("third");
    var fourth = life("fourth");
    third.createNamespace();
    fourth.createNamespace();
    var chart = install(chart().watching("third", "fourth"));
    rolesIn("fourth", chart).forEach(object -> client.resource(object).delete());
    fourth.create("flights");
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      operator.awaitReady();
      third.create("flights");
      third.awaitServing("flights");
      assertThat(operator.log())
          .containsPattern(
              "namespace fourth cannot be read and is left out.* cannot list resource .* in the namespace \"fourth\".*"
                  + "remove it from watchNamespaces if it is gone");
      assertThat(operator.get("/health/namespaces")).contains("not reading {fourth=");
      assertThat(operator.get("/metrics")).contains(unread("fourth", 1), unread("third", 0));

      apply(rolesIn("fourth", chart));
    }
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      fourth.awaitServing("flights");
      assertThat(operator.get("/health/namespaces")).isEqualTo("ok\n");
      assertThat(operator.get("/metrics")).contains(unread("fourth", 0));
      assertThat(operator.get("/health/ready")).isEqualTo("ok\n");
      third.delete("flights");
      fourth.delete("flights");
    }
  }

  private static String unread(String namespace, int value) {
    return "acequia_reconcile_unread_namespace{watched_namespace=\"%s\"} %d.0"
        .formatted(namespace, value);
  }

  private static List<HasMetadata> rolesIn(String namespace, List<HasMetadata> chart) {
    return chart.stream()
        .filter(object -> object.getKind().startsWith("Role"))
        .filter(object -> namespace.equals(object.getMetadata().getNamespace()))
        .toList();
  }

  /** Whoever may make ConfigMaps in a namespace may give them the operator's labels. */
  @Test
  void isNotFilledByWhatOthersGiveItsLabelsTo() throws Exception {
    var life = life("crowded");
    life.createNamespace();
    var chart = install(chart());
    for (var i = 0; i < 150; i++) {
      client.resource(largeMap("crowd-" + i)).create();
    }
    for (var i = 0; i < 40; i++) {
      client.resource(largeSecret("crowd-" + i, OWN)).create();
      client.resource(largeSecret("others-" + i, Map.of("of", "others"))).create();
    }
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      operator.awaitReady();
      life.create("flights");
      life.awaitServing("flights");
      life.delete("flights");
      assertThat(operator.log()).doesNotContain("OutOfMemoryError");
    }
    client
        .configMaps()
        .inNamespace("crowded")
        .withLabelSelector(PipelineNames.OWN_OBJECTS)
        .delete();
    client.secrets().inNamespace("crowded").delete();
  }

  /** Nearly as large as they can be, of text that does not pack. */
  private static ConfigMap largeMap(String name) {
    return new ConfigMapBuilder()
        .withMetadata(crowded(name, OWN))
        .addToData("text", random(name, 700 * 1024))
        .build();
  }

  private static Secret largeSecret(String name, Map<String, String> labels) {
    return new SecretBuilder()
        .withMetadata(crowded(name, labels))
        .addToData("value", random(name, 1000 * 1024))
        .build();
  }

  private static ObjectMeta crowded(String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace("crowded")
        .withLabels(labels)
        .build();
  }

  private static String random(String seed, int size) {
    var bytes = new byte[size];
    new Random(seed.hashCode()).nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Test
  void usesEachRightOnStrimzisResources() throws Exception {
    createNamespace("kafka");
    var strimzi = new Strimzi(client, "kafka");
    strimzi.define();
    var chart =
        install(
            chart()
                .with("platform.kafka.topicProvider", "strimzi")
                .with("platform.kafka.strimzi.namespace", "kafka")
                .with("platform.kafka.strimzi.cluster", "main"));
    var place = audit.end();
    var life = life("streams");
    life.createNamespace();
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      operator.awaitReady();
      life.create("flights");
      strimzi.serve(Set.of("streams.flights", "streams.flights.dlq"));
      life.awaitServing("flights");
      life.delete("flights");
    }
    assertNothingWasRefused(place);
    var topics =
        chart.stream()
            .filter(
                object -> object.getMetadata().getName().equals("acequia-system.acequia-topics"))
            .toList();
    assertThat(topics).hasSize(2);
    assertThat(Rights.of(topics).unusedBy(audit.since(place))).isEmpty();
  }

  /** All that people do, and what may go wrong; in two namespaces. */
  private void liveOn(List<HasMetadata> chart, PipelineLife life, PipelineLife withoutPods)
      throws Exception {
    life.createNamespace();
    withoutPods.createNamespace();
    withoutPods.forbidPods();
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      operator.awaitReady();
      life.create("flights");
      withoutPods.create("refused");
      life.awaitServing("flights");
      life.changeKeys("second");
      life.addField("flights");
      loadARecord(life.namespace() + ".flights");
      life.replay("flights");
      life.awaitCall(0, "get", "deployments");
      life.awaitCall(0, "delete", "configmaps");
      life.endReplay();
      withoutPods.awaitCondition("refused", "StoreReady", "Kubernetes refuses the Pod");
    }
    var taken = life.takeNames();
    var place = audit.end();
    try (var operator = OperatorRun.start(folder, plane, client, chart)) {
      operator.awaitReady();
      life.giveNamesBack("flights", taken, place);
      life.awaitServing("flights");
      life.delete("flights");
      withoutPods.allowPods();
      withoutPods.delete("refused");
    }
  }

  /** As a producer and a consumer would, or there is nothing to replay. */
  private static void loadARecord(String topic) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, "{}")).get(30, TimeUnit.SECONDS);
    }
    try (var admin = Admin.create(settings)) {
      admin
          .alterConsumerGroupOffsets(
              topic, Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  private static void assertRightsAreThoseUsed(List<HasMetadata> chart, long place) {
    assertNothingWasRefused(place);
    assertThat(Rights.of(chart).unusedBy(audit.since(place))).isSubsetOf(NOT_SEEN);
  }

  private static void assertNothingWasRefused(long place) {
    assertThat(audit.since(place))
        .isNotEmpty()
        .filteredOn(call -> call.forbidden() || call.code() == 403)
        .isEmpty();
  }

  private static Chart chart() {
    return Chart.OPERATOR
        .with("replicas", 0)
        .with("platform.kafka.bootstrapServers", kafka.bootstrapServers())
        .with("platform.kafka.replicationFactor", 1)
        .with("platform.kafka.minInsyncReplicas", 1);
  }

  private List<HasMetadata> install(Chart chart) {
    var objects = chart.objects();
    apply(objects);
    installed.addAll(objects);
    return objects;
  }

  private static PipelineLife life(String namespace) {
    return new PipelineLife(client, audit, namespace);
  }

  private static void createNamespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .serverSideApply();
  }

  private static void apply(List<HasMetadata> objects) {
    objects.forEach(object -> client.resource(object).forceConflicts().serverSideApply());
  }

  private static Set<String> clusterRoles(List<HasMetadata> objects) {
    return objects.stream()
        .filter(ClusterRole.class::isInstance)
        .map(object -> object.getMetadata().getName())
        .collect(Collectors.toSet());
  }
}
