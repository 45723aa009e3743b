package dev.acequia.benchmarks.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.RolloutStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * How a release went over the fleet, by every change of a pipeline, a Job or a Deployment. They are
 * put in order by their resource versions, since watches of several types run ahead of each other.
 */
final class RolloutEvents implements AutoCloseable {
  private static final int DEPLOYMENTS = 2;

  private final String image;
  private final Map<Long, Change> changes = new ConcurrentSkipListMap<>();

  /** The Deployments of each pipeline that serve the release now. */
  private final Map<String, Map<String, Boolean>> serving = new ConcurrentHashMap<>();

  private final Runnable pipelineWatch;
  private final List<SharedIndexInformer<?>> watches;

  /**
   * What an object was after a change.
   *
   * @param object kind and name
   * @param isReached whether it has the release's image
   * @param isServing whether it is a Deployment, all of whose Pods are of the release and ready
   * @param holdsSlot whether it is a pipeline whose status says that it is updated now
   */
  private record Change(
      String pipeline, String object, boolean isReached, boolean isServing, boolean holdsSlot) {}

  /**
   * Watches from now on.
   *
   * @param image the release's
   */
  RolloutEvents(KubernetesClient client, PipelineFleet fleet, String image) {
    this.image = image;
    pipelineWatch =
        fleet.onChange(
            pipeline ->
                take(
                    pipeline,
                    new Change(
                        pipeline.getMetadata().getName(),
                        "pipeline",
                        false,
                        false,
                        holdsSlot(pipeline))));
    watches =
        List.of(
            client
                .batch()
                .v1()
                .jobs()
                .inNamespace(BenchCluster.NAMESPACE)
                .inform(
                    new Handler<Job>(
                        job -> take(job, change(job, job.getSpec().getTemplate(), false)))),
            client
                .apps()
                .deployments()
                .inNamespace(BenchCluster.NAMESPACE)
                .inform(
                    new Handler<Deployment>(
                        one ->
                            take(
                                one, change(one, one.getSpec().getTemplate(), isRolledOut(one))))));
  }

  /** Whether all of a pipeline's Deployments serve the release. */
  boolean isServed(String pipeline) {
    return serving.getOrDefault(pipeline, Map.of()).values().stream().filter(yes -> yes).count()
        == DEPLOYMENTS;
  }

  /** Whether the pipeline takes no part in a rollout. */
  static boolean isAtRest(DataPipeline pipeline) {
    return pipeline.getStatus() == null
        || pipeline.getStatus().rollout() == null
        || pipeline.getStatus().rollout().state() == null;
  }

  /** The most pipelines that had something of the release, and did not serve it, at one time. */
  int mostInFlight() {
    return most(
        objects ->
            objects.values().stream().anyMatch(Change::isReached)
                && objects.values().stream().filter(Change::isServing).count() < DEPLOYMENTS);
  }

  /** The most pipelines whose statuses said that they are updated, at one time. */
  int mostSlotsTaken() {
    return most(objects -> objects.values().stream().anyMatch(Change::holdsSlot));
  }

  @Override
  public void close() {
    pipelineWatch.run();
    watches.forEach(SharedIndexInformer::close);
  }

  private int most(Predicate<Map<String, Change>> isSo) {
    var objects = new HashMap<String, Map<String, Change>>();
    var now = new HashSet<String>();
    var most = 0;
    for (var change : changes.values()) {
      var ofPipeline = objects.computeIfAbsent(change.pipeline(), _ -> new HashMap<>());
      ofPipeline.put(change.object(), change);
      if (isSo.test(ofPipeline)) {
        now.add(change.pipeline());
      } else {
        now.remove(change.pipeline());
      }
      most = Math.max(most, now.size());
    }
    return most;
  }

  private void take(HasMetadata object, Change change) {
    changes.put(Long.parseLong(object.getMetadata().getResourceVersion()), change);
    if (object instanceof Deployment) {
      serving
          .computeIfAbsent(change.pipeline(), _ -> new ConcurrentHashMap<>())
          .put(change.object(), change.isServing());
    }
  }

  private Change change(HasMetadata object, PodTemplateSpec template, boolean isRolledOut) {
    var isReached = template.getSpec().getContainers().getFirst().getImage().equals(image);
    return new Change(
        PipelineLabels.pipeline(object),
        object.getKind() + " " + object.getMetadata().getName(),
        isReached,
        isReached && isRolledOut,
        false);
  }

  private static boolean isRolledOut(Deployment deployment) {
    var status = deployment.getStatus();
    var wanted = deployment.getSpec().getReplicas();
    return status != null
        && Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration())
        && Objects.requireNonNullElse(status.getUpdatedReplicas(), 0).equals(wanted)
        && Objects.requireNonNullElse(status.getAvailableReplicas(), 0) >= wanted;
  }

  private static boolean holdsSlot(DataPipeline pipeline) {
    return !pipeline.isMarkedForDeletion()
        && pipeline.getStatus() != null
        && pipeline.getStatus().rollout() != null
        && pipeline.getStatus().rollout().state() == RolloutStatus.State.UPDATING;
  }

  private record Handler<R>(Consumer<R> taker) implements ResourceEventHandler<R> {
    @Override
    public void onAdd(R object) {
      taker.accept(object);
    }

    @Override
    public void onUpdate(R before, R now) {
      taker.accept(now);
    }

    @Override
    public void onDelete(R object, boolean finalStateUnknown) {}
  }
}
