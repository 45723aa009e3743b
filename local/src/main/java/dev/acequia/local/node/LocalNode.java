package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a Kubernetes cluster that runs its Pods as processes of this machine: the kubelet's
 * part alone, without root and without containers. It is for development and tests.
 *
 * <p>What Kubernetes sees is as of any node: Pods' status, probes, restarts, termination, Events,
 * logs. What differs:
 *
 * <ul>
 *   <li>An image is a folder of this machine with a program {@code entrypoint}; nothing is pulled.
 *   <li>Each Pod has a loopback address of its own, told as {@code ACEQUIA_BIND_ADDRESS}; it is for
 *       the process to listen there and nowhere else.
 *   <li>There is one file system. A volume is a folder, and where a variable or an argument begins
 *       with a mount's path, it is told the folder. A program that opens a mount by a path it was
 *       not told does not find it.
 *   <li>Processes run as the user who runs the node. Nothing is isolated: {@code securityContext},
 *       resource limits and read-only mounts have no effect.
 *   <li>Volumes are of the kinds configMap, secret, projected, downwardAPI and emptyDir; a Pod with
 *       another one waits, with an Event that says so. There are no gRPC probes, no ephemeral
 *       containers, no variables for Services, no exec, attach and port-forward, and a new image in
 *       a Pod that runs has no effect.
 * </ul>
 *
 * <p>When the node closes, its processes end and its Pods stay; the next node of that name runs
 * them again, as containers that have been restarted.
 */
public final class LocalNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalNode.class);
  private static final Duration RESYNC = Duration.ofMinutes(5);
  private static final Duration ORPHAN_GRACE = Duration.ofSeconds(5);

  /** Time beyond the grace for SIGKILL to have its effect. */
  private static final Duration KILL_TIME = Duration.ofSeconds(5);

  /** Fewer than there are addresses, for those of Pods that are ending. */
  private static final int MAX_PODS = 200;

  private final NodeConfig config;
  private final KubernetesClient client;
  private final PodEvents events;
  private final NodeContext context;
  private final KubeletEndpoint endpoint;
  private final NodeHeartbeat heartbeat;
  private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
  private @Nullable SharedIndexInformer<Pod> informer;
  private boolean closed;

  private LocalNode(NodeConfig config, KubernetesClient client)
      throws IOException, InterruptedException {
    this.config = config;
    this.client = client;
    var resources = resources();
    var logs = new LogFiles(config.logDir());
    this.events = new PodEvents(client, config.nodeName());
    this.context =
        new NodeContext(
            client,
            events,
            new AddressBlock(config.addressBlock()),
            new ImageStore(config.imageRoots()),
            logs,
            config.workDir().resolve("pods"),
            config.environment(),
            resources);
    this.endpoint =
        KubeletEndpoint.start(
            config.kubeletPort(),
            config.workDir().resolve("tls"),
            config.clientAuthority(),
            new PodLogs(logs, this::find));
    this.heartbeat =
        new NodeHeartbeat(
            client, config.nodeName(), endpoint.port(), resources, UUID.randomUUID().toString());
  }

  /**
   * Starts the node: ends what a node that was killed has left behind, registers, and runs the Pods
   * that are bound to it. Returns when the node is Ready.
   *
   * @throws IOException when the folders cannot be used or the port is taken
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server refuses
   */
  public static LocalNode start(NodeConfig config) throws IOException, InterruptedException {
    Files.createDirectories(config.workDir());
    var orphans = Orphans.end(config.workDir().resolve("pods"), ORPHAN_GRACE);
    if (orphans > 0) {
      LOG.info("Ended {} processes of a node that was killed", orphans);
    }
    var clientConfig = Config.fromKubeconfig(config.kubeconfig().toFile());
    clientConfig.setRequestTimeout(10_000);
    clientConfig.setConnectionTimeout(5_000);
    clientConfig.setRequestRetryBackoffLimit(1); // whoever asks here tries again by itself
    var client = new KubernetesClientBuilder().withConfig(clientConfig).build();
    @Nullable LocalNode node = null;
    try {
      node = new LocalNode(config, client);
      node.run();
      return node;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (node != null) {
        node.close();
      } else {
        client.close();
      }
      throw e;
    }
  }

  /** The port on which the API server fetches logs. */
  public int kubeletPort() {
    return endpoint.port();
  }

  /**
   * Ends all processes, within the configured grace and a little more. Their Pods stay, and run
   * again with the next node of this name.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    heartbeat.close();
    if (informer != null) {
      informer.close();
    }
    var all = Set.copyOf(workers.values());
    all.forEach(worker -> worker.close(config.closeGrace()));
    var limit = Instant.now().plus(config.closeGrace()).plus(KILL_TIME);
    try {
      for (var worker : all) {
        var left = Duration.between(Instant.now(), limit);
        worker.join(left.isPositive() ? left : Duration.ofMillis(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    endpoint.close();
    events.close();
    client.close();
  }

  private void run() throws IOException {
    heartbeat.start();
    var bound = client.pods().inAnyNamespace().withField("spec.nodeName", config.nodeName());
    var pods = bound.list().getItems();
    // Before any new Pod gets an address, those that have one keep it.
    for (var pod : pods) {
      var status = pod.getStatus();
      if (status != null && status.getPodIP() != null && !PodPhase.isFinal(status.getPhase())) {
        context.addresses().claim(pod.getMetadata().getUid(), Optional.of(status.getPodIP()));
      }
    }
    removeFoldersExcept(
        pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet()));
    informer =
        client
            .pods()
            .inAnyNamespace()
            .withField("spec.nodeName", config.nodeName())
            .runnableInformer(RESYNC.toMillis());
    informer.exceptionHandler((_, _) -> true); // the API server will be back
    informer.addEventHandler(new Bindings());
    informer.run();
  }

  private void removeFoldersExcept(Set<String> uids) throws IOException {
    Files.createDirectories(context.pods());
    try (var folders = Files.newDirectoryStream(context.pods())) {
      for (Path folder : folders) {
        if (!uids.contains(folder.getFileName().toString())) {
          AtomicFolder.delete(folder);
        }
      }
    }
  }

  private Optional<PodWorker> find(String namespace, String name) {
    return workers.values().stream()
        .filter(worker -> worker.pod().getMetadata().getNamespace().equals(namespace))
        .filter(worker -> worker.pod().getMetadata().getName().equals(name))
        .min(Comparator.comparing(PodWorker::isGone));
  }

  private synchronized void seen(Pod pod) {
    if (closed) {
      return;
    }
    var uid = pod.getMetadata().getUid();
    var known = workers.get(uid);
    if (known != null) {
      known.update(pod);
      return;
    }
    var worker = new PodWorker(context, pod, () -> done(uid));
    workers.put(uid, worker);
    worker.start();
  }

  private void gone(Pod pod) {
    var worker = workers.get(pod.getMetadata().getUid());
    if (worker != null) {
      worker.gone();
    }
  }

  private void done(String uid) {
    workers.remove(uid);
    context.addresses().release(uid);
    var live =
        workers.values().stream()
            .map(worker -> worker.pod().getMetadata())
            .map(pod -> LogFiles.prefix(pod.getNamespace(), pod.getName()))
            .collect(Collectors.toSet());
    try {
      context.logs().sweep(live);
    } catch (IOException e) {
      LOG.warn("Old logs stay: {}", e.toString());
    }
  }

  private static Map<String, Quantity> resources() {
    var memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean machine
            ? machine.getTotalMemorySize()
            : Runtime.getRuntime().maxMemory();
    return Map.of(
        "cpu", new Quantity(Integer.toString(Runtime.getRuntime().availableProcessors())),
        "memory", new Quantity(memory / 1024 + "Ki"),
        "pods", new Quantity(Integer.toString(MAX_PODS)));
  }

  private final class Bindings implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      seen(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod now) {
      if (!before.getMetadata().getUid().equals(now.getMetadata().getUid())) {
        gone(before);
      }
      seen(now);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
      gone(pod);
    }
  }
}
