package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservationReaderTest {

  /** Kubernetes counts available Pods over all versions: here the old one serves. */
  @Test
  void countsOnlyPodsOfTheNewestVersion() {
    var state =
        ObservationReader.state(
            deployment("updatedReplicas: 1"), List.of(set("3", 1), set("4", 0)), List.of());
    assertThat(state.updated()).isEqualTo(1);
    assertThat(state.available()).isEqualTo(1);
    assertThat(state.updatedAvailable()).isZero();
  }

  @Test
  void saysWhyKubernetesRefusesPods() {
    var state =
        ObservationReader.state(
            deployment(
                "conditions: [{type: ReplicaFailure, status: 'True', reason: FailedCreate,"
                    + " message: 'pods \"x\" is forbidden: exceeded quota: q'}]"),
            List.of(),
            List.of());
    assertThat(state.trouble())
        .isEqualTo("Kubernetes refuses the Pod: pods \"x\" is forbidden: exceeded quota: q");
  }

  private static Deployment deployment(String status) {
    return Serialization.unmarshal(
        """
        metadata:
          name: flights-api
          generation: 2
          annotations: {deployment.kubernetes.io/revision: "4"}
        spec: {replicas: 1}
        status: {observedGeneration: 2, replicas: 2, availableReplicas: 1, %s}
        """
            .formatted(status),
        Deployment.class);
  }

  private static ReplicaSet set(String revision, int available) {
    return Serialization.unmarshal(
        """
        metadata:
          name: flights-api-%1$s
          annotations: {deployment.kubernetes.io/revision: "%1$s"}
        status: {availableReplicas: %2$d}
        """
            .formatted(revision, available),
        ReplicaSet.class);
  }
}
