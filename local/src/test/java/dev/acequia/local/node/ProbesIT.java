package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class ProbesIT {
  @Test
  void restartsAContainerWhoseLivenessProbeFails(NodeCluster cluster) {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: web
            startupProbe: {httpGet: {path: /, port: 18080}, periodSeconds: 1, failureThreshold: 60}
            livenessProbe:
              {httpGet: {path: /absent, port: 18080}, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 2}
        """);

    var pod =
        cluster.pod(
            namespace,
            "web",
            it -> NodeCluster.hasContainers(it) && NodeCluster.main(it).getRestartCount() >= 1);
    assertThat(NodeCluster.main(pod).getLastState().getTerminated().getExitCode()).isIn(137, 143);
    cluster.awaitEvent(
        namespace,
        "web",
        "Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 404");
    cluster.awaitEvent(
        namespace, "web", "Killing: Container main failed liveness probe, will be restarted");
  }

  @Test
  void followsTheReadinessProbeBothWaysOnceTheStartupProbeIsThrough(
      NodeCluster cluster, @org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: web
            startupProbe: {tcpSocket: {port: 18080}, periodSeconds: 1, failureThreshold: 30}
            readinessProbe: {exec: {command: [test, -e, '%s']}, periodSeconds: 1, failureThreshold: 1}
        """
            .formatted(folder.resolve("ready")));

    var pod =
        cluster.pod(
            namespace,
            "web",
            it ->
                NodeCluster.hasContainers(it)
                    && Boolean.TRUE.equals(NodeCluster.main(it).getStarted()));
    assertThat(NodeCluster.isReady(pod)).isFalse();
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    Files.createFile(folder.resolve("ready"));
    cluster.pod(namespace, "web", NodeCluster::isReady);
    Files.delete(folder.resolve("ready"));
    pod = cluster.pod(namespace, "web", it -> !NodeCluster.isReady(it));
    assertThat(NodeCluster.main(pod).getRestartCount()).isZero();
  }
}
