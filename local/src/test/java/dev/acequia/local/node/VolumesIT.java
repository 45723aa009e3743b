package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCluster.Extension.class)
class VolumesIT {
  @Test
  void showsConfigurationAsVariablesAndFilesWherePathsAreRewritten(NodeCluster cluster)
      throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: '1', b: '2', c: '3'}}
        ---
        {apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {user: ada, password: s3cret}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: shows, labels: {tier: gold}}
        spec:
          restartPolicy: Never
          volumes:
          - {name: config, configMap: {name: settings, items: [{key: a, path: sub/first}]}}
          - {name: secret, secret: {secretName: login, defaultMode: 0400}}
          - {name: absent, configMap: {name: absent, optional: true}}
          - name: about
            downwardAPI:
              items:
              - {path: labels, fieldRef: {fieldPath: metadata.labels}}
          containers:
          - name: main
            image: tools
            args:
            - sh
            - -c
            - |
              cat "$A_FILE"; echo; ls -L "$1"; stat -L -c %a "$1/password"; cat "$ABOUT/labels"; echo
              echo "$USERNAME $PREFIX_b $JOINED $NAME $LABEL $CPU $UNKNOWN"
              test "$IP" = "$ACEQUIA_BIND_ADDRESS" && echo address; ls "$ABSENT" | wc -l
            - sh
            - /etc/secret/
            envFrom: [{configMapRef: {name: settings}, prefix: PREFIX_}]
            env:
            - {name: A_FILE, value: /etc/config/sub/first}
            - {name: ABOUT, value: /etc/about}
            - {name: ABSENT, value: /etc/absent}
            - {name: USERNAME, valueFrom: {secretKeyRef: {name: login, key: user}}}
            - {name: JOINED, value: '$(USERNAME)@$(PREFIX_c)$$(X)'}
            - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: LABEL, valueFrom: {fieldRef: {fieldPath: 'metadata.labels[''tier'']'}}}
            - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
            - {name: UNKNOWN, valueFrom: {configMapKeyRef: {name: settings, key: no, optional: true}}}
            resources: {requests: {cpu: 10m}}
            volumeMounts:
            - {name: config, mountPath: /etc/config}
            - {name: secret, mountPath: /etc/secret}
            - {name: about, mountPath: /etc/about}
            - {name: absent, mountPath: /etc/absent}
        """);

    cluster.pod(namespace, "shows", it -> NodeCluster.isInPhase(it, "Succeeded"));
    assertThat(cluster.kubectl("-n", namespace, "logs", "shows"))
        .isEqualTo(
            """
            1
            password
            user
            400
            tier="gold"
            ada 2 ada@3$(X) shows gold 10\s
            address
            0
            """);
  }

  /** As a kubelet does; without the mark it would be a minute later. */
  @Test
  void bringsAChangedSecretIntoAPodThatIsMarked(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
            {apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {a: first}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: follows}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 1
              volumes:
              - {name: keys, secret: {secretName: keys, optional: true}}
              containers:
              - name: main
                image: tools
                args:
                - sh
                - -c
                - |
                  until grep -qs second "$KEY"; do sleep 0.1; done; echo changed
                  while test -e "$KEY"; do sleep 0.1; done; echo gone
                env:
                - {name: KEY, value: /etc/keys/a}
                volumeMounts:
                - {name: keys, mountPath: /etc/keys}
            """);
    cluster.pod(namespace, "follows", it -> NodeCluster.isInPhase(it, "Running"));

    cluster.kubectl(
        "-n", namespace, "patch", "secret", "keys", "-p", "{\"stringData\":{\"a\":\"second\"}}");
    cluster.kubectl("-n", namespace, "annotate", "pod", "follows", "version=2");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> cluster.kubectl("-n", namespace, "logs", "follows").equals("changed\n"));

    cluster.kubectl("-n", namespace, "delete", "secret", "keys");
    cluster.kubectl("-n", namespace, "annotate", "--overwrite", "pod", "follows", "version=3");
    cluster.pod(namespace, "follows", it -> NodeCluster.isInPhase(it, "Succeeded"));
    assertThat(cluster.kubectl("-n", namespace, "logs", "follows")).isEqualTo("changed\ngone\n");
  }

  @Test
  void givesATokenThatTheApiServerTakesAndJavaClientsFind(NodeCluster cluster) throws Exception {
    var namespace = cluster.namespace();
    cluster.apply(
        namespace,
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: view}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{kind: ServiceAccount, name: default}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: tools
            command: ['%s', -cp, '%s', dev.acequia.local.node.PodLister]
        """
            .formatted(
                System.getProperty("java.home") + "/bin/java",
                System.getProperty("java.class.path")));

    var pod =
        cluster.pod(
            namespace,
            "client",
            it -> NodeCluster.isInPhase(it, "Succeeded") || NodeCluster.isInPhase(it, "Failed"));
    var log = cluster.kubectl("-n", namespace, "logs", "client");
    assertThat(pod.getStatus().getPhase()).as(log).isEqualTo("Succeeded");
    assertThat(log).contains("in " + namespace + ": client");
  }
}
