package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class TrimTest {
  @Test
  void aPipelineHasNeitherManagersNorKubectlsCopy() {
    var trimmed = Trim.pipeline(pipeline());
    assertThat(trimmed.getMetadata().getManagedFields()).isEmpty();
    assertThat(trimmed.getMetadata().getAnnotations())
        .containsOnlyKeys("acequia.dev/allow-rewrite");
    assertThat(trimmed.getSpec()).isEqualTo(pipeline().getSpec());
    assertThat(trimmed.getStatus()).isEqualTo(pipeline().getStatus());
  }

  @Test
  void aPipelineWithoutAnnotationsStaysAsItIs() {
    var pipeline = pipeline();
    pipeline.getMetadata().setAnnotations(null);
    assertThat(Trim.pipeline(pipeline).getMetadata().getAnnotations()).isNull();
  }

  @Test
  void aReplaysPipelineSaysWhetherItReadsAndFromWhereAndNothingOfItsSchema() {
    var pipeline = pipeline();
    Trim.pipelineForReplays(pipeline);
    assertThat(pipeline.getMetadata().getManagedFields()).isEmpty();
    assertThat(pipeline.getMetadata().getAnnotations()).isEmpty();
    assertThat(pipeline.getSpec().schema().fields()).isEmpty();
    assertThat(pipeline.getSpec().topic()).isEqualTo(pipeline().getSpec().topic());
    assertThat(pipeline.getSpec().consumer()).isEqualTo(pipeline().getSpec().consumer());
    assertThat(pipeline.getSpec().suspend()).isTrue();
    assertThat(pipeline.getStatus().conditions()).isEqualTo(pipeline().getStatus().conditions());
    assertThat(pipeline.getStatus().topic()).isNull();
  }

  @Test
  void anOwnObjectHasTheFieldsOfItsOwnManagerAlone() {
    var deployment =
        new DeploymentBuilder().withMetadata(metadata()).withNewSpec().endSpec().build();
    Trim.own(deployment);
    assertThat(deployment.getMetadata().getManagedFields())
        .extracting(ManagedFieldsEntry::getManager)
        .containsExactly(PipelineNames.MANAGER);
  }

  @Test
  void ofAPodTheStatusIsKeptAndWhetherItIsInItsNodesNetwork() {
    Pod pod =
        new PodBuilder()
            .withMetadata(metadata())
            .withNewSpec()
            .withNodeName("node")
            .withHostNetwork(true)
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .endStatus()
            .build();
    Trim.pod(pod);
    assertThat(pod.getMetadata().getManagedFields()).isEmpty();
    assertThat(pod.getSpec().getNodeName()).isNull();
    assertThat(pod.getSpec().getHostNetwork()).isTrue();
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
  }

  @Test
  void ofAReplicaSetTheStatusIsKept() {
    var set =
        new ReplicaSetBuilder()
            .withMetadata(metadata())
            .withNewSpec()
            .withReplicas(3)
            .endSpec()
            .withNewStatus()
            .withAvailableReplicas(2)
            .endStatus()
            .build();
    Trim.replicaSet(set);
    assertThat(set.getMetadata().getManagedFields()).isEmpty();
    assertThat(set.getSpec().getReplicas()).isNull();
    assertThat(set.getStatus().getAvailableReplicas()).isEqualTo(2);
  }

  private static ObjectMeta metadata() {
    return new ObjectMetaBuilder()
        .withName("flights")
        .withNamespace("ops")
        .withManagedFields(
            new ManagedFieldsEntryBuilder()
                .withManager(PipelineNames.MANAGER)
                .withOperation("Apply")
                .build(),
            new ManagedFieldsEntryBuilder()
                .withManager("kube-controller-manager")
                .withOperation("Update")
                .build())
        .build();
  }

  private static DataPipeline pipeline() {
    var pipeline =
        Serialization.unmarshal(
            """
            apiVersion: acequia.dev/v1alpha1
            kind: DataPipeline
            metadata:
              name: flights
              annotations:
                acequia.dev/allow-rewrite: "1"
                kubectl.kubernetes.io/last-applied-configuration: "{}"
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              topic: {name: orders, adopt: true}
              store: {postgres: {secretName: warehouse}}
              consumer: {replicas: 2}
              suspend: true
            status:
              topic: orders
              conditions:
              - {type: Stalled, status: "True", reason: OffsetsLost, message: gone}
            """,
            DataPipeline.class);
    pipeline.getMetadata().setManagedFields(metadata().getManagedFields());
    return pipeline;
  }
}
