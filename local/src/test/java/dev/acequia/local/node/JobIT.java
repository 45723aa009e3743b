package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class JobIT {
  private static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate}
      spec:
        backoffLimit: 4
        podFailurePolicy:
          rules:
          - {action: FailJob, onExitCodes: {containerName: main, operator: In, values: [78]}}
        template:
          spec:
            restartPolicy: Never
            containers:
            - name: main
              image: tools
              args: [sh, -c, 'exit %d']
      """;

  @Test
  void succeedsWithAPodThatSucceeds(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(namespace, JOB.formatted(0));

    assertThat(
            cluster.kubectl(
                "-n",
                namespace,
                "wait",
                "job/migrate",
                "--for=condition=Complete",
                "--timeout=30s"))
        .contains("condition met");
    assertThat(cluster.pods(namespace))
        .singleElement()
        .satisfies(pod -> assertThat(pod.getStatus().getPhase()).isEqualTo("Succeeded"));
  }

  @Test
  void failsAtOnceByItsPolicyOnAnExitCode(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(namespace, JOB.formatted(78));

    assertThat(
            cluster.kubectl(
                "-n", namespace, "wait", "job/migrate", "--for=condition=Failed", "--timeout=30s"))
        .contains("condition met");
    assertThat(cluster.kubectl("-n", namespace, "get", "job", "migrate", "-o=yaml"))
        .contains("reason: PodFailurePolicy")
        .contains("exit code 78");
    assertThat(cluster.pods(namespace)).hasSize(1);
  }
}
