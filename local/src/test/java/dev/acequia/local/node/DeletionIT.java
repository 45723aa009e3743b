package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class DeletionIT {
  @Test
  void givesAProcessItsGraceAndThenKillsAllOfIt(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: deaf}
        spec:
          terminationGracePeriodSeconds: 2
          containers:
          - name: main
            image: tools
            args: [sh, -c, 'trap "echo asked" TERM; setsid sleep 1000 & echo up; while :; do sleep 0.2; done']
        """);
    var pod = cluster.pod(namespace, "deaf", NodeCluster::isReady);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> cluster.kubectl("-n", namespace, "logs", "deaf").equals("up\n"));
    var id = NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, "");
    assertThat(ProcessMark.find(Set.of(id))).hasSizeGreaterThanOrEqualTo(2);
    var followed = cluster.startKubectl("-n", namespace, "logs", "-f", "deaf").inputReader();
    assertThat(followed.readLine()).isEqualTo("up");

    var begin = System.nanoTime();
    cluster.client().pods().inNamespace(namespace).withName("deaf").delete();
    cluster.awaitGone(namespace, "deaf");
    var took = Duration.ofNanos(System.nanoTime() - begin);

    assertThat(took).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
    assertThat(ProcessMark.find(Set.of(id))).isEmpty();
    assertThat(followed.readAllAsString()).isEqualTo("asked\n");
    assertThat(cluster.events(namespace, "deaf")).contains("Killing: Stopping container main");
  }

  @Test
  void runsThePreStopHookFirstAndShowsTheEndInTheStatus(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: polite, finalizers: [test.example/hold]}
        spec:
          terminationGracePeriodSeconds: 20
          volumes: [{name: shared, emptyDir: {}}]
          containers:
          - name: main
            image: tools
            args: [sh, -c, 'trap "cat $(OUT)/hook > $(WORD); exit 0" TERM; while :; do sleep 0.1; done']
            env: [{name: OUT, value: /shared}, {name: WORD, value: /dev/termination-log}]
            volumeMounts: [{name: shared, mountPath: /shared}]
            lifecycle:
              preStop: {exec: {command: [sh, -c, 'echo hook > $(OUT)/hook']}}
        """);
    cluster.pod(namespace, "polite", NodeCluster::isReady);

    cluster.client().pods().inNamespace(namespace).withName("polite").delete();
    var pod = cluster.pod(namespace, "polite", it -> NodeCluster.isInPhase(it, "Succeeded"));
    assertThat(NodeCluster.main(pod).getState().getTerminated().getMessage()).isEqualTo("hook\n");

    var withoutFinalizers = "{\"metadata\":{\"finalizers\":null}}";
    cluster.kubectl(
        "-n", namespace, "patch", "pod", "polite", "--type=merge", "-p", withoutFinalizers);
    cluster.awaitGone(namespace, "polite");
  }

  @Test
  void shortensTheGraceWhenAskedAgain(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: slow}
        spec:
          terminationGracePeriodSeconds: 600
          containers:
          - {name: main, image: tools, args: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}
        """);
    var pod = cluster.pod(namespace, "slow", NodeCluster::isReady);
    var id = NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, "");
    cluster.client().pods().inNamespace(namespace).withName("slow").delete();
    cluster.awaitEvent(namespace, "slow", "Killing");

    cluster.kubectl("-n", namespace, "delete", "pod", "slow", "--now");
    cluster.awaitGone(namespace, "slow");
    await().atMost(Duration.ofSeconds(5)).until(() -> ProcessMark.find(Set.of(id)).isEmpty());
  }

  @Test
  void endsTheProcessOfAPodThatIsDeletedByForce(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: forced}
        spec:
          terminationGracePeriodSeconds: 1
          containers: [{name: main, image: tools, args: [sleep, '1000']}]
        """);
    var pod = cluster.pod(namespace, "forced", NodeCluster::isReady);
    var id = NodeCluster.main(pod).getContainerID().replace(PodStatusView.RUNTIME, "");

    cluster.kubectl("-n", namespace, "delete", "pod", "forced", "--force", "--grace-period=0");
    await().atMost(Duration.ofSeconds(10)).until(() -> ProcessMark.find(Set.of(id)).isEmpty());
  }
}
