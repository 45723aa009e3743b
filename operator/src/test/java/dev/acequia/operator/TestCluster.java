package dev.acequia.operator;

import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.observe.BoundedJson;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.ControlPlane;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.PretendNode;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A real control plane and a real Kafka, shared by all tests of this process; only the node is
 * pretended. Each test works in a namespace of its own.
 */
final class TestCluster {
  private static final Path CRDS = Path.of("../helm/acequia-crds/templates");
  private static final AtomicInteger NAMESPACES = new AtomicInteger();
  private static final Path FOLDER = Ephemeral.folder("operator-files");
  private static @Nullable TestCluster instance;

  final KubernetesClient client;
  final KafkaServer kafka;
  final Admin admin;
  final PretendNode node;
  final PlatformConfig platform;

  private TestCluster() throws IOException {
    var folder = Ephemeral.folder("operator-it");
    var plane = Ephemeral.server(ControlPlane.start(folder.resolve("control-plane")));
    kafka = Ephemeral.server(KafkaServer.start(folder.resolve("kafka")));
    client = client(plane);
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    for (var resource : List.of("datapipelines", "datapipelinereplays")) {
      try (var crd = Files.newInputStream(CRDS.resolve(resource + ".acequia.dev-v1.yml"))) {
        client.load(crd).serverSideApply();
      }
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(
            () ->
                client.resources(DataPipeline.class).inAnyNamespace().list() != null
                    && client.resources(DataPipelineReplay.class).inAnyNamespace().list() != null);
    node = new PretendNode(client, PipelineNames.OWN_OBJECTS);
    platform =
        PlatformConfig.parse(
            """
            runtimeImage: acequia-runtime:test
            kafka: {bootstrapServers: "%s", replicationFactor: 1, minInsyncReplicas: 1}
            exposure: {type: NodePort, host: 127.0.0.1}
            """
                .formatted(kafka.bootstrapServers()));
  }

  static synchronized TestCluster get() {
    if (instance == null) {
      try {
        instance = new TestCluster();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return instance;
  }

  /** A namespace with the Secret {@code warehouse} in it. */
  String newNamespace() {
    var name = "test-" + NAMESPACES.incrementAndGet();
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    applySecret(
        name,
        "warehouse",
        Map.of(
            "uri",
            "postgresql://127.0.0.1:5432/warehouse",
            "username",
            "admin",
            "password",
            "secret"));
    return name;
  }

  /** Makes or changes a Secret. */
  void applySecret(String namespace, String name, Map<String, String> values) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(namespace)
                .endMetadata()
                .withStringData(values)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  /**
   * Creates a pipeline with one partition.
   *
   * @param more fields of its spec, as YAML
   */
  void createPipeline(String namespace, String name, String more) {
    createPipeline(namespace, name, more, "{partitions: 1}");
  }

  /**
   * Creates a pipeline with this topic.
   *
   * @param more fields of its spec, as YAML
   */
  void createPipeline(String namespace, String name, String more, String topic) {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: acequia.dev/v1alpha1
                kind: DataPipeline
                metadata: {name: %s, namespace: %s}
                spec:
                  schema: {fields: [{name: flight, type: int32, required: true}]}
                  topic: %s
                  store: {postgres: {secretName: warehouse}}
                  %s
                """
                    .formatted(name, namespace, topic, more),
                DataPipeline.class))
        .create();
  }

  /** The operator in this process, without a lease. */
  RunningOperator startOperator() {
    return new RunningOperator(newClient(), platform);
  }

  /** The operator for another platform. */
  RunningOperator startOperator(PlatformConfig other) {
    return new RunningOperator(newClient(), other);
  }

  /** The same, which logs on to Kafka. */
  RunningOperator startOperator(PlatformConfig other, KafkaLogin login) {
    return new RunningOperator(newClient(), other, login, Clock.systemUTC());
  }

  /** The operator by another clock. */
  RunningOperator startOperator(Clock clock) {
    return new RunningOperator(newClient(), platform, clock);
  }

  /** A client as the operator's process has one, for who closes it. */
  KubernetesClient newClient() {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withKubernetesSerialization(BoundedJson.serialization())
        .build();
  }

  private static KubernetesClient client(ControlPlane plane) throws IOException {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
        .build();
  }

  /** An operator that a test starts and stops. */
  static final class RunningOperator implements AutoCloseable {
    final MetricSet metrics = new MetricSet(new PrometheusRegistry());
    private final PipelineOperator operator;
    private final CountDownLatch ended = new CountDownLatch(1);

    RunningOperator(KubernetesClient client, PlatformConfig platform) {
      this(client, platform, Clock.systemUTC());
    }

    RunningOperator(KubernetesClient client, PlatformConfig platform, Clock clock) {
      this(client, platform, KafkaLogin.none(), clock);
    }

    RunningOperator(
        KubernetesClient client, PlatformConfig platform, KafkaLogin login, Clock clock) {
      operator =
          PipelineOperator.create(
              client,
              platform,
              login,
              metrics,
              Optional.empty(),
              Optional.empty(),
              FOLDER,
              new End(ended::countDown, ended::countDown),
              clock);
      operator.start();
    }

    /** Whether its process would have ended by itself. */
    boolean hasEnded() {
      return ended.getCount() == 0;
    }

    Optional<String> whyNotReady() {
      return operator.whyNotReady();
    }

    @Override
    public void close() {
      operator.stop();
    }
  }
}
