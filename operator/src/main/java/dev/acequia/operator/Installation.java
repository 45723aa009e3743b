package dev.acequia.operator;

import dev.acequia.operator.plan.PlatformConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;

/**
 * The operator's name among all that share a Kafka or a database. Unless the platform's
 * configuration gives one, it is made of the operator's namespace and the uid of kube-system, which
 * stands for the cluster: both stay when the operator is installed again, and a copy of the cluster
 * has another.
 */
final class Installation {
  private static final String CLUSTER_NAMESPACE = "kube-system";

  private Installation() {}

  static String name(
      KubernetesClient client, PlatformConfig platform, Optional<String> ownNamespace) {
    if (platform.installation() != null) {
      return platform.installation();
    }
    var cluster = client.namespaces().withName(CLUSTER_NAMESPACE).get();
    if (cluster == null) {
      throw new IllegalStateException(
          "The cluster has no namespace %s to name this installation by: set platform.installation"
              .formatted(CLUSTER_NAMESPACE));
    }
    var uid = cluster.getMetadata().getUid();
    return ownNamespace.map(namespace -> namespace + "@" + uid).orElse(uid);
  }
}
