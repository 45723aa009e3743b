package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the API server that the node is there: a Node object, kept true, and its Lease. */
final class NodeHeartbeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeHeartbeat.class);
  private static final String LEASES = "kube-node-lease";
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final int LEASE_SECONDS = 40;
  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  /** A status that is right is written again after this time. */
  private static final Duration STATUS_AGE = Duration.ofMinutes(5);

  private final KubernetesClient client;
  private final String name;
  private final int kubeletPort;
  private final Map<String, Quantity> resources;
  private final String bootId;
  private @Nullable Thread thread;

  NodeHeartbeat(
      KubernetesClient client,
      String name,
      int kubeletPort,
      Map<String, Quantity> resources,
      String bootId) {
    this.client = client;
    this.name = name;
    this.kubeletPort = kubeletPort;
    this.resources = resources;
    this.bootId = bootId;
  }

  /**
   * Registers the node, and goes on showing that it is there.
   *
   * @throws KubernetesClientException when the API server refuses
   */
  void start() {
    beat(true);
    thread = Thread.ofVirtual().name("heartbeat").start(this::run);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
      try {
        thread.join(CLOSE_TIME);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(PERIOD);
        try {
          beat(false);
        } catch (KubernetesClientException e) {
          if (!Thread.currentThread().isInterrupted()) {
            LOG.warn("The node's heartbeat: {}", e.getMessage());
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat(boolean first) {
    var found = client.nodes().withName(name).get();
    var node = found == null ? client.nodes().resource(node()).create() : found;
    if (first || !isTrue(node)) {
      var status = status(node);
      var patch = new NodeBuilder().withStatus(status).build();
      client
          .nodes()
          .withName(name)
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.STRATEGIC_MERGE),
              client.getKubernetesSerialization().asJson(patch));
    }
    renewLease(node);
  }

  /**
   * Whether the status is as it should be; the node controller changes it when beats are missed.
   */
  private static boolean isTrue(Node node) {
    return ready(node)
        .filter(ready -> "True".equals(ready.getStatus()))
        .map(ready -> Instant.parse(ready.getLastHeartbeatTime()))
        .filter(at -> at.plus(STATUS_AGE).isAfter(Instant.now()))
        .isPresent();
  }

  private static Optional<NodeCondition> ready(Node node) {
    return node.getStatus() == null ? Optional.empty() : condition(node.getStatus(), "Ready");
  }

  private static Optional<NodeCondition> condition(NodeStatus status, String type) {
    return status.getConditions().stream().filter(c -> c.getType().equals(type)).findFirst();
  }

  private Node node() {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels("kubernetes.io/hostname", name)
        .addToLabels("kubernetes.io/os", "linux")
        .addToLabels("kubernetes.io/arch", architecture())
        .endMetadata()
        .build();
  }

  private NodeStatus status(Node node) {
    var now = PodStatusView.time(Instant.now());
    return new NodeStatusBuilder()
        .withCapacity(resources)
        .withAllocatable(resources)
        .withConditions(
            List.of(
                condition(node, "MemoryPressure", "False", "KubeletHasSufficientMemory", now),
                condition(node, "DiskPressure", "False", "KubeletHasNoDiskPressure", now),
                condition(node, "PIDPressure", "False", "KubeletHasSufficientPID", now),
                condition(node, "Ready", "True", "KubeletReady", now)))
        .addNewAddress(NodeContext.HOST_ADDRESS, "InternalIP")
        .withNewDaemonEndpoints()
        .withNewKubeletEndpoint(kubeletPort)
        .endDaemonEndpoints()
        .withNewNodeInfo()
        .withArchitecture(architecture())
        .withBootID(bootId)
        .withContainerRuntimeVersion("acequia://0.1.0")
        .withKernelVersion(System.getProperty("os.version"))
        .withKubeProxyVersion("")
        .withKubeletVersion("v1.36.3-acequia-local-node")
        .withMachineID(name)
        .withOperatingSystem("linux")
        .withOsImage("processes of this machine (" + System.getProperty("os.name") + ")")
        .withSystemUUID(name)
        .endNodeInfo()
        .build();
  }

  private static NodeCondition condition(
      Node node, String type, String value, String reason, String now) {
    var before =
        node.getStatus() == null
            ? Optional.<NodeCondition>empty()
            : condition(node.getStatus(), type);
    return new NodeConditionBuilder()
        .withType(type)
        .withStatus(value)
        .withReason(reason)
        .withMessage("reported by the local node")
        .withLastHeartbeatTime(now)
        .withLastTransitionTime(
            before
                .filter(old -> value.equals(old.getStatus()))
                .map(NodeCondition::getLastTransitionTime)
                .orElse(now))
        .build();
  }

  private void renewLease(Node node) {
    var leases = client.leases().inNamespace(LEASES);
    var now = ZonedDateTime.now(ZoneOffset.UTC);
    var lease = leases.withName(name).get();
    if (lease == null) {
      leases
          .resource(
              new LeaseBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .withNamespace(LEASES)
                  .addNewOwnerReference()
                  .withApiVersion("v1")
                  .withKind("Node")
                  .withName(name)
                  .withUid(node.getMetadata().getUid())
                  .endOwnerReference()
                  .endMetadata()
                  .withNewSpec()
                  .withHolderIdentity(name)
                  .withLeaseDurationSeconds(LEASE_SECONDS)
                  .withRenewTime(now)
                  .endSpec()
                  .build())
          .create();
      return;
    }
    lease.getSpec().setHolderIdentity(name);
    lease.getSpec().setRenewTime(now);
    leases.resource(lease).update();
  }

  private static String architecture() {
    return switch (System.getProperty("os.arch")) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      case String other -> other;
    };
  }
}
