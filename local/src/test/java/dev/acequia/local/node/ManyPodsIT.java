package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class ManyPodsIT {
  private static final int PODS = 30;

  @Test
  void comeAndGoAndAreRestartedWithoutLeavingAnything(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: many}
        spec:
          replicas: %d
          selector: {matchLabels: {app: many}}
          template:
            metadata: {labels: {app: many}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: tools, args: [sleep, '1000']}
        """
            .formatted(PODS));
    assertThat(
            cluster.kubectl("-n", namespace, "rollout", "status", "deploy/many", "--timeout=60s"))
        .contains("successfully rolled out");
    var pods = cluster.pods(namespace);
    var addresses = new HashSet<String>();
    var ids = new HashSet<String>();
    for (var pod : pods) {
      addresses.add(pod.getStatus().getPodIP());
      ids.add(NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, ""));
    }
    assertThat(addresses).hasSize(PODS);
    assertThat(ProcessMark.find(ids)).hasSize(PODS);

    var victim = pods.getFirst();
    var id = NodeCluster.main(victim).getContainerID().replace(PodStatusView.RUNTIME, "");
    ProcessMark.find(Set.of(id)).forEach(ProcessHandle::destroyForcibly);
    var restarted =
        cluster.pod(
            namespace,
            victim.getMetadata().getName(),
            pod -> NodeCluster.main(pod).getRestartCount() == 1 && NodeCluster.isReady(pod));
    assertThat(NodeCluster.main(restarted).getLastState().getTerminated().getExitCode())
        .isEqualTo(137);

    cluster.kubectl("-n", namespace, "scale", "deploy/many", "--replicas=0");
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(cluster.pods(namespace)).isEmpty());
    assertThat(ProcessMark.find(ids)).isEmpty();
    var folders = cluster.config(NodeCluster.NODE).workDir().resolve("pods");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                pods.stream()
                    .noneMatch(p -> Files.exists(folders.resolve(p.getMetadata().getUid()))));
  }
}
