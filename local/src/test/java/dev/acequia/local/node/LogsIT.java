package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class LogsIT {
  @Test
  void showsLogsAsKubectlAsksForThem(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: talks}
        spec:
          restartPolicy: OnFailure
          terminationGracePeriodSeconds: 1
          volumes: [{name: shared, emptyDir: {}}]
          containers:
          - name: main
            image: tools
            args:
            - sh
            - -c
            - |
              test -e "$1/again" || { touch "$1/again"; echo before; exit 1; }
              for i in 1 2 3 4 5; do echo line $i; done
              while ! test -e "$1/go"; do sleep 0.1; done
              echo last
            - sh
            - /shared
            volumeMounts: [{name: shared, mountPath: /shared}]
          - name: second
            image: tools
            args: [sh, -c, 'echo second; while ! test -e "$1/go"; do sleep 0.1; done', sh, /shared]
            volumeMounts: [{name: shared, mountPath: /shared}]
        """);
    cluster.pod(
        namespace,
        "talks",
        it -> NodeCluster.isReady(it) && NodeCluster.main(it).getRestartCount() == 1);
    var follower = cluster.startKubectl("-n", namespace, "logs", "-f", "talks", "-c", "main");
    var followed = follower.inputReader();
    assertThat(followed.readLine()).isEqualTo("line 1");

    assertThat(cluster.kubectl("-n", namespace, "logs", "talks", "-c", "main", "--tail=2"))
        .isEqualTo("line 4\nline 5\n");
    assertThat(cluster.kubectl("-n", namespace, "logs", "talks", "-c", "main", "-p"))
        .isEqualTo("before\n");
    assertThat(cluster.kubectl("-n", namespace, "logs", "talks", "-c", "main", "--since=1h"))
        .startsWith("line 1\n");
    assertThat(cluster.kubectl("-n", namespace, "logs", "talks", "-c", "main", "--timestamps"))
        .containsPattern("^\\d{4}-\\d\\d-\\d\\dT\\S+Z line 1\n");
    assertThat(cluster.kubectl("-n", namespace, "logs", "talks", "-c", "second"))
        .isEqualTo("second\n");
    assertThat(cluster.kubectl("-n", namespace, "exec", "talks", "-c", "main", "--", "ls"))
        .contains("not supported by the local node");

    var go =
        cluster
            .config(NodeCluster.NODE)
            .workDir()
            .resolve("pods")
            .resolve(
                cluster
                    .client()
                    .pods()
                    .inNamespace(namespace)
                    .withName("talks")
                    .get()
                    .getMetadata()
                    .getUid())
            .resolve("volumes/shared/go");
    java.nio.file.Files.writeString(go, "", StandardCharsets.UTF_8);
    assertThat(followed.readAllAsString()).isEqualTo("line 2\nline 3\nline 4\nline 5\nlast\n");
    cluster.pod(namespace, "talks", it -> NodeCluster.isInPhase(it, "Succeeded"));
  }
}
