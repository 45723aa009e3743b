package dev.acequia.local.balancer;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The Pods that may be given new connections: ready and not being deleted. */
final class ReadyPods {
  private final ConcurrentMap<String, Pod> byUid = new ConcurrentHashMap<>();

  void put(Pod pod) {
    if (isReady(pod)) {
      byUid.put(pod.getMetadata().getUid(), pod);
    } else {
      remove(pod);
    }
  }

  void remove(Pod pod) {
    byUid.remove(pod.getMetadata().getUid());
  }

  /** Where a route's connections can go now, in a stable order. */
  List<InetSocketAddress> targets(Route route) {
    var targets = new ArrayList<InetSocketAddress>();
    byUid.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .filter(pod -> isSelected(pod, route))
        .forEach(
            pod ->
                port(pod, route.target())
                    .ifPresent(
                        port ->
                            targets.add(
                                new InetSocketAddress(
                                    InetAddress.ofLiteral(pod.getStatus().getPodIP()), port))));
    return targets;
  }

  private static boolean isReady(Pod pod) {
    var status = pod.getStatus();
    return pod.getMetadata().getDeletionTimestamp() == null
        && status != null
        && status.getPodIP() != null
        && status.getConditions() != null
        && status.getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static boolean isSelected(Pod pod, Route route) {
    var labels = Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
    return pod.getMetadata().getNamespace().equals(route.namespace())
        && labels.entrySet().containsAll(route.selector().entrySet());
  }

  private static Optional<Integer> port(Pod pod, IntOrString target) {
    if (target.getIntVal() != null) {
      return Optional.of(target.getIntVal());
    }
    return pod.getSpec().getContainers().stream()
        .flatMap(container -> container.getPorts().stream())
        .filter(port -> target.getStrVal().equals(port.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst();
  }
}
