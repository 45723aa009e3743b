package dev.acequia.operator.plan;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What takes a pipeline's table and roles away. Neither object has an owner: a deletion in the
 * foreground would remove them before they have done their work, so who made them removes them.
 *
 * @param identity what the Job runs under, as the migrations did
 */
public record DropPlan(ConfigMap definition, Job job, ServiceAccount identity) {
  /** The drop asks no topic anything. */
  private static final Facts.Topic NO_TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAA", 1);

  /**
   * A role with a password is one that the pipeline made, and is removed. Nobody logs on with it
   * here, and the Secret that holds the true one may be gone already.
   */
  private static final String NO_PASSWORD = "removed";

  /** The roles that the operator had made, by which the drop knows them for the pipeline's own. */
  public record Roles(String writer, String reader) {}

  /** The plan. */
  public static DropPlan of(DataPipeline pipeline, PlatformConfig platform, Roles made) {
    var names = PipelineNames.of(pipeline);
    var store = StorePlan.of(pipeline);
    var workloads = new Workloads(names, platform, store, Identities.of(pipeline, platform), null);
    var definition = workloads.definition(DefinitionPlan.of(pipeline, NO_TOPIC));
    definition.getMetadata().setName(names.dropJob());
    var roles = new ArrayList<EnvVar>();
    if (store.hasRoles() && store.readyWriter() == null) {
      roles.add(RuntimePod.literal(RuntimeVariable.STORE_WRITER_USERNAME, made.writer()));
      roles.add(RuntimePod.literal(RuntimeVariable.STORE_WRITER_PASSWORD, NO_PASSWORD));
    }
    if (store.hasRoles() && store.readyReader() == null) {
      roles.add(RuntimePod.literal(RuntimeVariable.STORE_READER_USERNAME, made.reader()));
      roles.add(RuntimePod.literal(RuntimeVariable.STORE_READER_PASSWORD, NO_PASSWORD));
    }
    var release = new Release(names.dropJob(), platform.runtimeImage(), store.secret(), "drop");
    var uid = pipeline.getMetadata().getUid();
    var job = workloads.drop(release, roles, uid);
    if (uid != null) {
      definition.getMetadata().setAnnotations(Map.of(PipelineNames.UID_ANNOTATION, uid));
      job.getMetadata().setAnnotations(Map.of(PipelineNames.UID_ANNOTATION, uid));
    }
    return new DropPlan(definition, job, workloads.serviceAccount(Component.MIGRATION));
  }

  /**
   * The identity for a Job whose pipeline's own is gone already, as after a deletion in the
   * foreground. It goes with the definition: the operator may delete no ServiceAccount.
   *
   * @param there the definition as the API server has it
   */
  public ServiceAccount identityBeside(ConfigMap there) {
    return new ServiceAccountBuilder(identity)
        .editMetadata()
        .addNewOwnerReference()
        .withApiVersion("v1")
        .withKind("ConfigMap")
        .withName(there.getMetadata().getName())
        .withUid(there.getMetadata().getUid())
        .endOwnerReference()
        .endMetadata()
        .build();
  }

  /** Both objects, in the order of their creation. */
  public List<HasMetadata> objects() {
    return List.of(definition, job);
  }
}
