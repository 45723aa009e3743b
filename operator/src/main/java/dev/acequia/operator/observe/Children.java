package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One pipeline's objects in the informers' caches: those that bear its uid, by owner reference or,
 * where there is no owner, by annotation. Labels alone make no object the pipeline's.
 */
public final class Children {
  private final DataPipeline pipeline;
  private final Context<DataPipeline> context;

  public Children(DataPipeline pipeline, Context<DataPipeline> context) {
    this.pipeline = pipeline;
    this.context = context;
  }

  public Context<DataPipeline> context() {
    return context;
  }

  public Set<ConfigMap> definitions() {
    return owned(ConfigMap.class);
  }

  public Set<Job> jobs() {
    return owned(Job.class);
  }

  /** {@link #jobs()}, and those that a former pipeline of this name left without an owner. */
  public Set<Job> jobsToEnd() {
    return all(Job.class).stream()
        .filter(job -> owns(job) || isOrphanedMigration(job))
        .collect(Collectors.toSet());
  }

  public Set<Deployment> deployments() {
    return owned(Deployment.class);
  }

  /** Pods of a Job or of a Deployment's ReplicaSet of this pipeline. */
  public Set<Pod> pods() {
    var makers = uids(jobs());
    var deployments = uids(deployments());
    all(ReplicaSet.class).stream()
        .filter(set -> Owner.of(set).filter(deployments::contains).isPresent())
        .forEach(set -> makers.add(set.getMetadata().getUid()));
    return all(Pod.class).stream()
        .filter(pod -> Owner.of(pod).filter(makers::contains).isPresent())
        .collect(Collectors.toSet());
  }

  /**
   * {@link #pods()}, and those whose owner is gone. Kubernetes ends them, but a pipeline that is
   * being removed has to wait until it has.
   */
  public Set<Pod> podsToEnd() {
    var deployments = uids(all(Deployment.class));
    var present = uids(all(Job.class));
    all(ReplicaSet.class).stream()
        .filter(set -> Owner.of(set).filter(owner -> !deployments.contains(owner)).isEmpty())
        .forEach(set -> present.add(set.getMetadata().getUid()));
    var ending = new HashSet<>(pods());
    all(Pod.class).stream()
        .filter(pod -> Owner.maker(pod).filter(maker -> !present.contains(maker)).isPresent())
        .forEach(ending::add);
    return ending;
  }

  /** The ReplicaSets of a Deployment. */
  List<ReplicaSet> replicaSets(Deployment deployment) {
    var uid = deployment.getMetadata().getUid();
    return all(ReplicaSet.class).stream()
        .filter(set -> Owner.of(set).filter(uid::equals).isPresent())
        .toList();
  }

  public Set<DataPipelineReplay> replays() {
    return all(DataPipelineReplay.class);
  }

  Optional<Job> job(String name) {
    return named(Job.class, name);
  }

  Optional<Deployment> deployment(String name) {
    return named(Deployment.class, name);
  }

  public Optional<Service> service(String name) {
    return named(Service.class, name);
  }

  /** The port at which the status says that the API is reached from outside; 1 to 65,535. */
  public OptionalInt endpointPort() {
    return Stream.ofNullable(pipeline.getStatus())
        .map(DataPipelineStatus::endpoint)
        .filter(Objects::nonNull)
        .mapToInt(endpoint -> URI.create(endpoint).getPort())
        .filter(port -> port > 0)
        .findFirst();
  }

  Optional<Secret> secret(String name) {
    return named(Secret.class, name);
  }

  /** The informer that holds the operator's own objects of this type. */
  @SuppressWarnings("unchecked")
  public <R extends HasMetadata> InformerEventSource<R, DataPipeline> source(Class<R> type) {
    return (InformerEventSource<R, DataPipeline>)
        context.eventSourceRetriever().getEventSourceFor(type, EventSources.own(type));
  }

  private <R extends HasMetadata> Set<R> all(Class<R> type) {
    return source(type).getSecondaryResources(pipeline);
  }

  private <R extends HasMetadata> Set<R> owned(Class<R> type) {
    return all(type).stream().filter(this::owns).collect(Collectors.toSet());
  }

  private <R extends HasMetadata> Optional<R> named(Class<R> type, String name) {
    return source(type)
        .get(new ResourceID(name, PipelineNames.of(pipeline).namespace()))
        .filter(this::owns);
  }

  /** Whether the object bears the pipeline's uid. */
  public boolean owns(HasMetadata object) {
    return Owner.isOf(object, pipeline.getMetadata().getUid());
  }

  private boolean isOrphanedMigration(Job job) {
    var metadata = job.getMetadata();
    return metadata.getOwnerReferences().isEmpty()
        && PipelineNames.of(pipeline).isMigrationJob(metadata.getName());
  }

  private static Set<String> uids(Collection<? extends HasMetadata> objects) {
    return objects.stream()
        .map(object -> object.getMetadata().getUid())
        .collect(Collectors.toCollection(HashSet::new));
  }
}
