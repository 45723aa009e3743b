package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.local.CommandException;
import dev.acequia.servers.ControlPlane;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.ControlPlaneSettings;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A control plane and a Kafka of the benchmark's own, with the definitions, a user for the operator
 * and a pretended node. All of it ends with {@link #close}.
 */
final class BenchCluster implements AutoCloseable {
  static final String NAMESPACE = "fleet";

  /** The platform's image of the runtime, unless a part says otherwise. */
  static final String RUNTIME = "acequia-runtime:bench";

  private static final String OPERATOR_NAMESPACE = "acequia-system";
  private static final String OPERATOR = "acequia";
  private static final Duration SERVED_WITHIN = Duration.ofSeconds(30);
  private static final Duration SETTLES_WITHIN = Duration.ofMinutes(5);
  private static final long TOKEN_SECONDS = Duration.ofDays(1).toSeconds();

  private final Path folder;
  private final ControlPlane plane;
  private final KafkaServer kafka;
  private final KubernetesClient client;
  private final PretendNode node;

  private BenchCluster(
      Path folder, ControlPlane plane, KafkaServer kafka, KubernetesClient client) {
    this.folder = folder;
    this.plane = plane;
    this.kafka = kafka;
    this.client = client;
    node = new PretendNode(client, PipelineLabels.OWN_OBJECTS);
  }

  /** Starts it in an empty folder, which stays. */
  static BenchCluster open(Path folder) throws IOException, InterruptedException {
    var ports = Ports.keptIn(folder);
    var plane =
        ControlPlane.start(
            Home.at(folder.resolve("control-plane")),
            ports,
            ControlPlaneSettings.whole()
                .withoutScheduler()
                .withAuditOf("system:serviceaccount:%s:%s".formatted(OPERATOR_NAMESPACE, OPERATOR)),
            ControlPlaneBinaries.resolve(true, line -> {}));
    KafkaServer kafka;
    try {
      kafka =
          KafkaServer.start(
              Home.at(folder.resolve("kafka")),
              ports,
              new KafkaSettings(List.of("-Xms128m", "-Xmx768m"), Map.of()));
    } catch (RuntimeException e) {
      plane.close();
      throw e;
    }
    var client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
            .build();
    var cluster = new BenchCluster(folder, plane, kafka, client);
    try {
      cluster.prepare();
      return cluster;
    } catch (IOException | RuntimeException | InterruptedException e) {
      cluster.close();
      throw e;
    }
  }

  KubernetesClient client() {
    return client;
  }

  KafkaServer kafka() {
    return kafka;
  }

  /** Waits until the operator has written nothing for so long. */
  void awaitNoWrites(Duration still) throws InterruptedException {
    var audit = audit();
    var deadline = System.nanoTime() + SETTLES_WITHIN.toNanos();
    while (System.nanoTime() < deadline) { // whoever goes on after it is counted then
      var place = audit.end();
      TimeUnit.NANOSECONDS.sleep(still.toNanos());
      if (audit.writesSince(place).isEmpty()) {
        return;
      }
    }
  }

  AuditLog audit() {
    return new AuditLog(plane.auditLog());
  }

  /** The operator's process, from its image, for a platform with this image of the runtime. */
  OperatorProcess startOperator(String runtimeImage) throws IOException, InterruptedException {
    return OperatorProcess.start(
        folder,
        Map.of(
            "KUBECONFIG",
            folder.resolve("operator.kubeconfig").toString(),
            "POD_NAMESPACE",
            OPERATOR_NAMESPACE),
        """
        runtimeImage: %s
        kafka: {bootstrapServers: "%s", replicationFactor: 1, minInsyncReplicas: 1}
        """
            .formatted(runtimeImage, kafka.bootstrapServers()));
  }

  @Override
  public void close() {
    node.close();
    client.close();
    plane.close();
    kafka.wake(); // or it could not end
    kafka.close();
  }

  private void prepare() throws IOException, InterruptedException {
    for (var definition : List.of("datapipelines", "datapipelinereplays")) {
      var file =
          Workplace.repository()
              .resolve("helm/acequia-crds/templates")
              .resolve(definition + ".acequia.dev-v1.yml");
      try (var yaml = Files.newInputStream(file)) {
        client.load(yaml).serverSideApply();
      }
    }
    Patience.until("the API server serves the definitions", SERVED_WITHIN, this::isServed);
    createNamespace(NAMESPACE);
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName("warehouse")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addToStringData("uri", "postgresql://127.0.0.1:5432/warehouse")
                .addToStringData("username", "admin")
                .addToStringData("password", "secret")
                .build())
        .create();
    createNamespace(OPERATOR_NAMESPACE);
    createOperatorUser();
  }

  private boolean isServed() {
    try {
      return client.resources(DataPipeline.class).inAnyNamespace().list() != null
          && client.resources(DataPipelineReplay.class).inAnyNamespace().list() != null;
    } catch (KubernetesClientException notYet) {
      return false;
    }
  }

  private void createNamespace(String name) {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  /** A user of its own, so that its writes can be told from others'. */
  private void createOperatorUser() throws IOException {
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(OPERATOR)
                .withNamespace(OPERATOR_NAMESPACE)
                .endMetadata()
                .build())
        .create();
    client
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(OPERATOR)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
                .addNewSubject("", "ServiceAccount", OPERATOR, OPERATOR_NAMESPACE)
                .build())
        .create();
    var token =
        client
            .serviceAccounts()
            .inNamespace(OPERATOR_NAMESPACE)
            .withName(OPERATOR)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(TOKEN_SECONDS)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    writeKubeconfig(folder.resolve("operator.kubeconfig"), token);
  }

  private void writeKubeconfig(Path file, String token) throws IOException {
    if (token == null) {
      throw new CommandException("the API server gave no token for the operator");
    }
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters:
        - {name: bench, cluster: {server: "%s", certificate-authority-data: %s}}
        users:
        - {name: operator, user: {token: "%s"}}
        contexts:
        - {name: bench, context: {cluster: bench, user: operator}}
        current-context: bench
        """
            .formatted(
                plane.url(),
                Base64.getEncoder()
                    .encodeToString(Files.readAllBytes(plane.certificateAuthority())),
                token));
  }
}
