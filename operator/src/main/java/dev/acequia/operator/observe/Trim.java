package dev.acequia.operator.observe;

import dev.acequia.contract.UnknownFields;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.SchemaSpec;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes from an object what nobody reads, before an informer keeps it. The object is changed
 * itself: it has just been read, and handlers then compare like with like.
 */
public final class Trim {
  /** A copy of the whole resource, for kubectl alone. */
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private static final SchemaSpec NO_SCHEMA =
      new SchemaSpec(List.of(), List.of(), UnknownFields.REJECT);

  private Trim() {}

  /** A pipeline: who wrote which field is never asked. */
  public static DataPipeline pipeline(DataPipeline pipeline) {
    withoutManagers(pipeline);
    var annotations = pipeline.getMetadata().getAnnotations();
    if (annotations != null && annotations.containsKey(LAST_APPLIED)) {
      var others = new TreeMap<>(annotations);
      others.remove(LAST_APPLIED);
      pipeline.getMetadata().setAnnotations(others);
    }
    return pipeline;
  }

  /** A pipeline for its replays: whether it reads, from which topic, and whether it is stalled. */
  static void pipelineForReplays(DataPipeline pipeline) {
    withoutManagers(pipeline);
    pipeline.getMetadata().setAnnotations(Map.of());
    var spec = pipeline.getSpec();
    pipeline.setSpec(
        new DataPipelineSpec(
            null,
            NO_SCHEMA,
            spec.topic(),
            spec.store(),
            spec.consumer(),
            spec.api(),
            null,
            spec.slo(),
            spec.deletionPolicy(),
            spec.suspend()));
    var status = pipeline.getStatus();
    if (status != null) {
      pipeline.setStatus(
          new DataPipelineStatus(
              null, status.conditions(), null, null, null, null, null, null, null, null, null));
    }
  }

  /** An object of the operator's own: which fields it wrote tells what differs from a plan. */
  static void own(HasMetadata object) {
    var metadata = object.getMetadata();
    metadata.setManagedFields(
        metadata.getManagedFields().stream()
            .filter(entry -> PipelineNames.MANAGER.equals(entry.getManager()))
            .toList());
  }

  /** A Pod's spec is most of it; whose network it is in decides who is asked. */
  static void pod(Pod pod) {
    withoutManagers(pod);
    var spec = new PodSpec();
    if (pod.getSpec() != null) {
      spec.setHostNetwork(pod.getSpec().getHostNetwork());
    }
    pod.setSpec(spec);
  }

  /** The link between a Pod and its Deployment. */
  static void replicaSet(ReplicaSet set) {
    withoutManagers(set);
    set.setSpec(new ReplicaSetSpec());
  }

  private static void withoutManagers(HasMetadata object) {
    object.getMetadata().setManagedFields(List.of());
  }
}
