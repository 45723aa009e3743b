package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the downward API tells a container about its own Pod. */
final class DownwardFields {
  private static final Pattern ENTRY =
      Pattern.compile("metadata\\.(labels|annotations)\\['([^']+)']");

  private final Pod pod;
  private final String podAddress;
  private final String hostAddress;
  private final Map<String, Quantity> allocatable;

  /**
   * Reads fields of the Pod.
   *
   * @param allocatable what the node has, which stands in for limits that are not set
   */
  DownwardFields(
      Pod pod, String podAddress, String hostAddress, Map<String, Quantity> allocatable) {
    this.pod = pod;
    this.podAddress = podAddress;
    this.hostAddress = hostAddress;
    this.allocatable = allocatable;
  }

  /** The value of a {@code fieldRef}'s path; entries that are absent are empty. */
  String field(String path) throws UnusableReference {
    var metadata = pod.getMetadata();
    var entry = ENTRY.matcher(path);
    if (entry.matches()) {
      var map = entry.group(1).equals("labels") ? metadata.getLabels() : metadata.getAnnotations();
      return map == null ? "" : map.getOrDefault(entry.group(2), "");
    }
    return switch (path) {
      case "metadata.name" -> metadata.getName();
      case "metadata.namespace" -> metadata.getNamespace();
      case "metadata.uid" -> metadata.getUid();
      case "metadata.labels" -> formatted(metadata.getLabels());
      case "metadata.annotations" -> formatted(metadata.getAnnotations());
      case "spec.nodeName" -> pod.getSpec().getNodeName();
      case "spec.serviceAccountName" -> pod.getSpec().getServiceAccountName();
      case "status.podIP", "status.podIPs" -> podAddress;
      case "status.hostIP", "status.hostIPs" -> hostAddress;
      default -> throw new UnusableReference("unsupported fieldPath: " + path);
    };
  }

  /** The value of a {@code resourceFieldRef}, in units of its divisor, rounded up. */
  String resource(ResourceFieldSelector selector, Container own) throws UnusableReference {
    var container = own;
    if (selector.getContainerName() != null && !selector.getContainerName().isEmpty()) {
      container =
          pod.getSpec().getContainers().stream()
              .filter(other -> other.getName().equals(selector.getContainerName()))
              .findFirst()
              .orElseThrow(
                  () -> new UnusableReference("no container " + selector.getContainerName()));
    }
    var path = selector.getResource();
    var kind = path.substring(path.indexOf('.') + 1);
    var resources = container.getResources();
    @Nullable Quantity amount;
    if (path.startsWith("limits.")) {
      amount = resources == null ? null : quantity(resources.getLimits(), kind);
      amount = amount == null ? allocatable.get(kind) : amount;
    } else if (path.startsWith("requests.")) {
      amount = resources == null ? null : quantity(resources.getRequests(), kind);
    } else {
      throw new UnusableReference("unsupported container resource: " + path);
    }
    var divisor = selector.getDivisor() == null ? BigDecimal.ZERO : number(selector.getDivisor());
    return (amount == null ? BigDecimal.ZERO : number(amount))
        .divide(divisor.signum() == 0 ? BigDecimal.ONE : divisor, 0, RoundingMode.CEILING)
        .toPlainString();
  }

  private static @Nullable Quantity quantity(@Nullable Map<String, Quantity> map, String kind) {
    return map == null ? null : map.get(kind);
  }

  private static BigDecimal number(Quantity quantity) {
    return quantity.getNumericalAmount();
  }

  private static String formatted(@Nullable Map<String, String> map) {
    return map == null
        ? ""
        : new TreeMap<>(map)
            .entrySet().stream()
                .map(entry -> entry.getKey() + "=" + quoted(entry.getValue()))
                .collect(Collectors.joining("\n"));
  }

  private static String quoted(String value) {
    return '"'
        + value
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\t", "\\t")
        + '"';
  }
}
