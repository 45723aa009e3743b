package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a Pod's containers share, and need before any of them can start: address and volumes. */
final class PodSandbox {
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** How soon a changed ConfigMap, Secret or label is seen in a volume, and a token renewed. */
  private static final Duration REFRESH = Duration.ofSeconds(60);

  private final NodeContext node;
  private final ConfigObjects objects;
  private final PodVolumes volumes;
  private final ServiceAccountTokens tokens;
  private final ContainerLauncher launcher;
  private Optional<String> address = Optional.empty();
  private Instant volumesDue = Instant.EPOCH;
  private List<Map<String, String>> marks = List.of();
  private boolean ready;

  PodSandbox(NodeContext node, PodFolder folder) {
    this.node = node;
    this.objects = ConfigObjects.of(node.client());
    this.volumes = new PodVolumes(folder.volumes());
    this.tokens = new ServiceAccountTokens(node.client(), Clock.systemUTC());
    this.launcher =
        new ContainerLauncher(node.images(), objects, node.environment(), folder, volumes);
  }

  /** The Pod's address; empty before it has one. */
  Optional<String> address() {
    return address;
  }

  /** Whether containers can start. */
  boolean isReady() {
    return ready;
  }

  /** Gets what is missing and renews what is old; returns when to do so again. */
  Instant prepare(Pod pod, Instant now) throws IOException {
    if (address.isEmpty()) {
      address = claimAddress(pod);
      if (address.isEmpty()) {
        var message = "All addresses of the local node are in use by other Pods";
        node.events().tell(pod, PodEvents.Type.Warning, "FailedCreatePodSandBox", message);
        return now.plus(RETRY);
      }
    }
    if (now.isBefore(volumesDue) && !wasMarkedAnew(pod)) {
      return volumesDue;
    }
    try {
      volumes.update(pod, new VolumeContents(pod, fields(pod), objects, tokens));
      ready = true;
      volumesDue = now.plus(REFRESH);
    } catch (UnusableReference | KubernetesClientException e) {
      var message = String.valueOf(e.getMessage());
      node.events().tell(pod, PodEvents.Type.Warning, "FailedMount", message);
      volumesDue = now.plus(ready ? REFRESH : RETRY); // a Pod that runs keeps what it has
    }
    return volumesDue;
  }

  /** As with a kubelet, a change of the Pod itself has its volumes looked at without waiting. */
  private boolean wasMarkedAnew(Pod pod) {
    var metadata = pod.getMetadata();
    var before = marks;
    marks =
        List.of(
            Objects.requireNonNullElse(metadata.getLabels(), Map.of()),
            Objects.requireNonNullElse(metadata.getAnnotations(), Map.of()));
    return !before.isEmpty() && !before.equals(marks);
  }

  /** Works out the process of a container. */
  ContainerLauncher.Prepared launch(Pod pod, Container container)
      throws ContainerLauncher.Refused, ContainerLauncher.CannotRun, IOException {
    return launcher.prepare(pod, container, fields(pod), address.orElseThrow());
  }

  private Optional<String> claimAddress(Pod pod) {
    if (Boolean.TRUE.equals(pod.getSpec().getHostNetwork())) {
      return Optional.of(NodeContext.HOST_ADDRESS);
    }
    var had = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    return node.addresses().claim(pod.getMetadata().getUid(), Optional.ofNullable(had));
  }

  private DownwardFields fields(Pod pod) {
    return new DownwardFields(
        pod, address.orElse(""), NodeContext.HOST_ADDRESS, node.allocatable());
  }
}
