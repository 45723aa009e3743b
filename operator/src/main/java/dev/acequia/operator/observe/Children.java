package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Optional;
import java.util.Set;

/** One pipeline's objects in the informers' caches. */
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
    return all(ConfigMap.class);
  }

  public Set<Job> jobs() {
    return all(Job.class);
  }

  public Set<Deployment> deployments() {
    return all(Deployment.class);
  }

  public Set<Pod> pods() {
    return all(Pod.class);
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

  Optional<Service> service(String name) {
    return named(Service.class, name);
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

  private <R extends HasMetadata> Optional<R> named(Class<R> type, String name) {
    return source(type).get(new ResourceID(name, PipelineNames.of(pipeline).namespace()));
  }
}
