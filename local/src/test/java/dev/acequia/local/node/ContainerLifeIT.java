package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class ContainerLifeIT {
  @Test
  void backsOffFromAContainerThatCrashesAndTellsItsLastWord(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: crash}
        spec:
          containers:
          - name: main
            image: tools
            args: [sh, -c, 'echo trying; echo "no such table" > "$WORD"; exit 7']
            env: [{name: WORD, value: /dev/termination-log}]
        """);

    var pod =
        cluster.pod(
            namespace,
            "crash",
            it ->
                NodeCluster.hasContainers(it)
                    && NodeCluster.main(it).getState().getWaiting() != null
                    && NodeCluster.main(it)
                        .getState()
                        .getWaiting()
                        .getReason()
                        .equals("CrashLoopBackOff"));
    var status = NodeCluster.main(pod);
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    assertThat(status.getRestartCount()).isEqualTo(1);
    assertThat(status.getReady()).isFalse();
    assertThat(status.getState().getWaiting().getMessage())
        .startsWith("back-off 10s restarting failed container=main pod=crash_" + namespace);
    var last = status.getLastState().getTerminated();
    assertThat(last.getExitCode()).isEqualTo(7);
    assertThat(last.getReason()).isEqualTo("Error");
    assertThat(last.getMessage()).isEqualTo("no such table\n");
    assertThat(Instant.parse(last.getFinishedAt())).isBeforeOrEqualTo(Instant.now());
    cluster.awaitEvent(namespace, "crash", "BackOff: Back-off restarting failed container main");
    assertThat(cluster.kubectl("-n", namespace, "logs", "-p", "crash")).isEqualTo("trying\n");

    cluster.pod(namespace, "crash", it -> NodeCluster.main(it).getRestartCount() == 2);
  }

  @Test
  void takesTheEndOfTheLogAsLastWordWhereAskedTo(NodeCluster cluster) {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: fail}
        spec:
          restartPolicy: Never
          containers:
          - name: main
            image: tools
            terminationMessagePolicy: FallbackToLogsOnError
            args: [sh, -c, 'echo out; echo err >&2; kill -SEGV $$$$']
        """);

    var pod = cluster.pod(namespace, "fail", it -> NodeCluster.isInPhase(it, "Failed"));
    var end = NodeCluster.main(pod).getState().getTerminated();
    assertThat(end.getExitCode()).isEqualTo(139);
    assertThat(end.getMessage()).isEqualTo("out\nerr\n");
    assertThat(NodeCluster.condition(pod, "Ready")).isEqualTo("False");
  }

  @Test
  void runsInitContainersInOrderAndKeepsASidecarUntilTheRestIsDone(NodeCluster cluster) {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: ordered}
        spec:
          restartPolicy: OnFailure
          terminationGracePeriodSeconds: 3
          volumes: [{name: shared, emptyDir: {}}]
          initContainers:
          - name: first
            image: tools
            # Fails once, and is tried again.
            args: [sh, -c, 'test -e $(OUT)/tried || { touch $(OUT)/tried; exit 1; }; echo first >> $(OUT)/order']
            env: [{name: OUT, value: /shared}]
            volumeMounts: [{name: shared, mountPath: /shared}]
          - name: sidecar
            image: tools
            restartPolicy: Always
            args: [sh, -c, 'echo sidecar >> $(OUT)/order; exec sleep 1000']
            env: [{name: OUT, value: /shared}]
            volumeMounts: [{name: shared, mountPath: /shared}]
            startupProbe:
              {exec: {command: [grep, sidecar, /shared/order]}, periodSeconds: 1}
          containers:
          - name: main
            image: tools
            args: [sh, -c, 'echo main >> $(OUT)/order; cat $(OUT)/order > /dev/stderr']
            env: [{name: OUT, value: /shared}]
            terminationMessagePolicy: FallbackToLogsOnError
            volumeMounts: [{name: shared, mountPath: /shared}]
        """);

    var pod = cluster.pod(namespace, "ordered", it -> NodeCluster.isInPhase(it, "Succeeded"));
    var inits = pod.getStatus().getInitContainerStatuses();
    assertThat(inits.get(0).getRestartCount()).isEqualTo(1);
    assertThat(inits.get(0).getState().getTerminated().getReason()).isEqualTo("Completed");
    assertThat(inits.get(1).getState().getTerminated().getExitCode()).isEqualTo(143);
    assertThat(NodeCluster.main(pod).getState().getTerminated().getExitCode()).isZero();
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(cluster.kubectl("-n", namespace, "logs", "ordered", "-c", "main"))
                    .isEqualTo("first\nsidecar\nmain\n"));
  }

  @Test
  void waitsForWhatIsMissingAndSaysSo(NodeCluster cluster) {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: waits}
        spec:
          containers:
          - {name: stranger, image: example.org/unknown}
          - name: needy
            image: tools
            args: [sleep, '1000']
            env: [{name: SECRET, valueFrom: {secretKeyRef: {name: later, key: word}}}]
          - {name: nonsense, image: tools, command: [no-such-program]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: host-path}
        spec:
          volumes: [{name: host, hostPath: {path: /}}]
          containers: [{name: main, image: tools}]
        """);

    var pod =
        cluster.pod(
            namespace,
            "waits",
            it ->
                NodeCluster.hasContainers(it)
                    && it.getStatus().getContainerStatuses().get(1).getState().getWaiting() != null
                    && it.getStatus().getContainerStatuses().get(2).getRestartCount() == 1);
    var statuses = pod.getStatus().getContainerStatuses();
    assertThat(pod.getStatus().getPhase()).isEqualTo("Pending");
    assertThat(statuses.get(0).getState().getWaiting().getReason()).isEqualTo("ErrImageNeverPull");
    var needy = statuses.get(1).getState().getWaiting();
    assertThat(needy.getReason()).isEqualTo("CreateContainerConfigError");
    assertThat(needy.getMessage()).isEqualTo("secret \"later\" not found");
    var nonsense = statuses.get(2).getLastState().getTerminated();
    assertThat(nonsense.getReason()).isEqualTo("ContainerCannotRun");
    assertThat(nonsense.getExitCode()).isEqualTo(128);
    cluster.awaitEvent(namespace, "waits", "Failed: Error: secret \"later\" not found");
    cluster.awaitEvent(
        namespace, "host-path", "FailedMount: MountVolume.SetUp failed for volume \"host\"");

    cluster.apply(
        namespace,
        """
        {apiVersion: v1, kind: Secret, metadata: {name: later}, stringData: {word: now}}
        """);
    cluster.pod(
        namespace,
        "waits",
        it -> Boolean.TRUE.equals(it.getStatus().getContainerStatuses().get(1).getReady()));
  }

  @Test
  void endsAPodAfterItsDeadline(NodeCluster cluster) {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: late}
        spec:
          activeDeadlineSeconds: 6
          terminationGracePeriodSeconds: 1
          containers: [{name: main, image: tools, args: [sleep, '1000']}]
        """);

    var pod = cluster.pod(namespace, "late", it -> NodeCluster.isInPhase(it, "Failed"));
    assertThat(pod.getStatus().getReason()).isEqualTo("DeadlineExceeded");
    assertThat(NodeCluster.main(pod).getState().getTerminated().getExitCode()).isEqualTo(143);
  }
}
