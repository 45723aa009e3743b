package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class DeploymentIT {
  private static final String WEB =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 2
            containers:
            - name: web
              image: registry.example/any/web:1.0
              ports: [{name: http, containerPort: 18080}]
              readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
      """;

  @Test
  void runsReplicasSideBySideRollsThemAndEndsThemWithTheirNamespace(NodeCluster cluster)
      throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(namespace, WEB);
    assertThat(cluster.kubectl("-n", namespace, "rollout", "status", "deploy/web", "--timeout=40s"))
        .contains("successfully rolled out");

    var pods = cluster.pods(namespace);
    var addresses = new HashSet<String>();
    for (Pod pod : pods) {
      addresses.add(pod.getStatus().getPodIP());
      assertThat(NodeCluster.web(pod).toURL().openStream().readAllBytes()).isNotEmpty();
    }
    assertThat(addresses).hasSize(2);

    cluster.kubectl("-n", namespace, "rollout", "restart", "deploy/web");
    assertThat(cluster.kubectl("-n", namespace, "rollout", "status", "deploy/web", "--timeout=40s"))
        .contains("successfully rolled out");
    await().atMost(Duration.ofSeconds(20)).until(() -> cluster.pods(namespace).size() == 2);
    assertThat(cluster.pods(namespace))
        .extracting(pod -> pod.getMetadata().getUid())
        .doesNotContainAnyElementsOf(pods.stream().map(pod -> pod.getMetadata().getUid()).toList());

    var last = cluster.pods(namespace).getFirst();
    assertThat(cluster.kubectl("delete", "namespace", namespace, "--timeout=30s"))
        .contains("deleted");
    assertThat(cluster.kubectl("get", "namespace", namespace)).contains("NotFound");
    assertThat(processesOf(last)).isEmpty();
  }

  private static String processesOf(Pod pod) {
    var id = NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, "");
    var found = ProcessMark.find(java.util.Set.of(id));
    return found.isEmpty() ? "" : found.toString();
  }
}
