package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class NodeRestartIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final String POD =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %s}
      spec:
        nodeName: %s
        restartPolicy: %s
        terminationGracePeriodSeconds: 1
        containers:
        - {name: main, image: tools, args: [sh, -c, 'echo up; sleep 1000; true']}
      """;

  @Test
  void leavesNoOrphansWhenItIsKilledAndRunsItsPodsAgain(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    var config = cluster.cordoned("killed");
    var killed = LocalNodeProcess.start(config);
    cluster.apply(namespace, POD.formatted("stays", "killed", "Always"));
    cluster.apply(namespace, POD.formatted("ends", "killed", "Never"));
    var before = cluster.pod(namespace, "stays", NodeCluster::isReady);
    cluster.pod(namespace, "ends", NodeCluster::isReady);
    await().atMost(LIMIT).until(() -> processesOf(before).size() == 2);

    killed.destroyForcibly().waitFor();
    try (var node = LocalNode.start(config)) {
      assertThat(node.kubeletPort()).isPositive();
      assertThat(processesOf(before)).isEmpty();
      var after =
          cluster.pod(
              namespace,
              "stays",
              pod -> NodeCluster.isReady(pod) && NodeCluster.main(pod).getRestartCount() == 1);
      assertThat(after.getStatus().getPodIP()).isEqualTo(before.getStatus().getPodIP());
      assertThat(NodeCluster.main(after).getLastState().getTerminated().getMessage())
          .isEqualTo(ContainerSlot.LOST_MESSAGE);
      assertThat(cluster.kubectl("-n", namespace, "logs", "stays", "-p")).isEqualTo("up\n");
      var ended = cluster.pod(namespace, "ends", pod -> NodeCluster.isInPhase(pod, "Failed"));
      assertThat(NodeCluster.main(ended).getState().getTerminated().getExitCode()).isEqualTo(137);

      cluster.client().pods().inNamespace(namespace).withName("stays").delete();
      cluster.awaitGone(namespace, "stays");
      cluster.client().pods().inNamespace(namespace).withName("ends").delete();
      cluster.awaitGone(namespace, "ends");
      await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(config.workDir().resolve("pods")).isEmptyDirectory());
    } finally {
      cluster.client().nodes().withName("killed").delete();
    }
  }

  @Test
  void endsItsProcessesWhenItClosesAndKeepsItsPods(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    var config = cluster.cordoned("closed");
    Pod pod;
    try (var _ = LocalNode.start(config)) {
      cluster.apply(namespace, POD.formatted("stays", "closed", "OnFailure"));
      pod = cluster.pod(namespace, "stays", NodeCluster::isReady);
    }
    assertThat(processesOf(pod)).isEmpty();
    assertThat(cluster.pods(namespace)).hasSize(1);

    try (var _ = LocalNode.start(config)) {
      cluster.pod(
          namespace,
          "stays",
          now -> NodeCluster.isReady(now) && NodeCluster.main(now).getRestartCount() == 1);
      cluster.client().pods().inNamespace(namespace).withName("stays").delete();
      cluster.awaitGone(namespace, "stays");
    } finally {
      cluster.client().nodes().withName("closed").delete();
    }
  }

  @Test
  void showsThatItIsThereAndRepairsWhatTheNodeControllerSaid(NodeCluster cluster) {
    var namespace = cluster.namespace();
    var node = cluster.client().nodes().withName(NodeCluster.NODE).get();
    assertThat(node.getStatus().getConditions())
        .anyMatch(it -> it.getType().equals("Ready") && it.getStatus().equals("True"));
    assertThat(node.getStatus().getAllocatable()).containsKeys("cpu", "memory", "pods");
    var lease = cluster.client().leases().inNamespace("kube-node-lease").withName(NodeCluster.NODE);
    var first = lease.get().getSpec().getRenewTime();

    cluster.apply(namespace, POD.formatted("doubted", NodeCluster.NODE, "Always"));
    cluster.pod(namespace, "doubted", NodeCluster::isReady);
    cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .withName("doubted")
        .editStatus(
            pod -> {
              pod.getStatus().getConditions().stream()
                  .filter(condition -> condition.getType().equals("Ready"))
                  .forEach(condition -> condition.setStatus("False"));
              return pod;
            });
    cluster.pod(namespace, "doubted", NodeCluster::isReady);
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> lease.get().getSpec().getRenewTime().isAfter(first));
  }

  private static Set<ProcessHandle> processesOf(Pod pod) {
    var id = NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, "");
    return Set.copyOf(ProcessMark.find(Set.of(id)));
  }
}
