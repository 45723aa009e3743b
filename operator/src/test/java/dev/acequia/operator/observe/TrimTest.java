package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrimTest {
  @Test
  void aPipelineHasNeitherManagersNorKubectlsCopy() {
    var trimmed = Trim.pipeline(pipeline());
    assertThat(trimmed.getMetadata().getManagedFields()).isEmpty();
    assertThat(trimmed.getMetadata().getAnnotations())
        .containsExactly(entry("acequia.dev/allow-rewrite", "1"));
    assertThat(trimmed.getSpec()).isEqualTo(pipeline().getSpec());
    assertThat(trimmed.getStatus()).isEqualTo(pipeline().getStatus());
  }

  /** The API server took such objects before the resource required a spec. */
  @Test
  void aMissingSpecIsOneThatIsRefused() {
    var pipeline = new DataPipeline();
    pipeline.setMetadata(new ObjectMetaBuilder().withName("flights").withNamespace("ops").build());
    assertThat(Trim.pipeline(pipeline).getSpec().schema().fields()).isEmpty();
    pipeline.setSpec(null);
    Trim.pipelineForReplays(pipeline);
    assertThat(pipeline.getSpec().suspend()).isFalse();
    var replay = new DataPipelineReplay();
    replay.setMetadata(new ObjectMetaBuilder().withName("again").withNamespace("ops").build());
    assertThat(Trim.replay(replay).getSpec().pipeline()).isEqualTo("-");
  }

  @Test
  void aPipelineWithoutAnnotationsStaysAsItIs() {
    var pipeline = pipeline();
    pipeline.getMetadata().setAnnotations(null);
    assertThat(Trim.pipeline(pipeline).getMetadata().getAnnotations()).isNull();
  }

  @Test
  void ofAnnotationsThatNobodyReadsOneStaysThatChangesWithThem() {
    var first = Trim.pipeline(annotated("example.com/note", "x".repeat(200_000)));
    var second = Trim.pipeline(annotated("example.com/note", "y".repeat(200_000)));
    assertThat(first.getMetadata().getAnnotations())
        .hasSize(2)
        .isNotEqualTo(second.getMetadata().getAnnotations());
    assertThat(Serialization.asJson(first.getMetadata())).hasSizeLessThan(500);
    var again = Serialization.asJson(first.getMetadata());
    assertThat(Serialization.asJson(Trim.pipeline(first).getMetadata())).isEqualTo(again);
  }

  @Test
  void anAnnotationThatIsTooLongToBeUnderstoodIsCut() {
    var trimmed = Trim.pipeline(annotated("acequia.dev/accept-offsets", "x".repeat(200_000)));
    assertThat(Serialization.asJson(trimmed.getMetadata())).hasSizeLessThan(2000);
  }

  /** What it wrote it compares, or it would write it again and again. */
  @Test
  void ofAnObjectOfItsOwnTheAnnotationsThatTheOperatorWroteAreKept() {
    ServiceAccount account =
        Serialization.unmarshal(
            """
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "flights-api",
             "annotations": {"cloud/role": "reader", "somebody.else/says": "x"},
             "managedFields": [{"manager": "acequia", "operation": "Apply", "fieldsType": "FieldsV1",
              "fieldsV1": {"f:metadata": {"f:annotations": {"f:cloud/role": {}}}}}]}}
            """,
            ServiceAccount.class);
    Trim.own(account);
    assertThat(account.getMetadata().getAnnotations()).containsOnlyKeys("cloud/role");
  }

  @Test
  void ofAReplayNothingBesideItsOwnFieldsIsKept() {
    var replay =
        Serialization.unmarshal(
            """
            apiVersion: acequia.dev/v1alpha1
            kind: DataPipelineReplay
            metadata: {name: again, labels: {a: b}, annotations: {c: d}}
            spec: {pipeline: flights, from: {earliest: true}}
            """,
            DataPipelineReplay.class);
    replay.getMetadata().setManagedFields(metadata().getManagedFields());
    var spec = replay.getSpec();
    Trim.replay(replay);
    assertThat(Serialization.asJson(replay.getMetadata())).isEqualTo("{\"name\":\"again\"}");
    assertThat(replay.getSpec()).isEqualTo(spec);
  }

  @Test
  void whatIsTiedToNoPipelineIsNotTheOperators() {
    assertThat(Trim.own(new ConfigMapBuilder().withMetadata(metadata()).build())).isFalse();
    assertThat(Trim.own(owned("Deployment", true))).isFalse();
    assertThat(Trim.own(owned("DataPipeline", false))).isFalse();
    assertThat(Trim.own(owned("DataPipeline", true))).isTrue();
  }

  /** The objects of a drop outlive their pipeline. */
  @Test
  void whatOutlivesItsPipelineIsTheOperatorsByAnAnnotation() {
    var map = new ConfigMapBuilder().withMetadata(metadata()).build();
    map.getMetadata().setAnnotations(Map.of(PipelineNames.UID_ANNOTATION, "17", "a", "b"));
    assertThat(Trim.own(map)).isTrue();
    assertThat(map.getMetadata().getAnnotations()).containsOnlyKeys(PipelineNames.UID_ANNOTATION);
  }

  private static ConfigMap owned(String kind, boolean controls) {
    return new ConfigMapBuilder()
        .withMetadata(metadata())
        .editMetadata()
        .addNewOwnerReference()
        .withKind(kind)
        .withController(controls)
        .endOwnerReference()
        .endMetadata()
        .build();
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
    var _ = Trim.own(deployment);
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
    assertThat(Trim.pod(pod)).isFalse(); // nothing has made it
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
    assertThat(Trim.replicaSet(set)).isFalse();
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

  private static DataPipeline annotated(String name, String value) {
    var pipeline = pipeline();
    pipeline.getMetadata().setAnnotations(Map.of(name, value, "acequia.dev/allow-rewrite", "1"));
    return pipeline;
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
