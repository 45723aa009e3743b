package dev.acequia.operator.observe;

import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the children of a plan. */
public final class ObservationReader {
  private ObservationReader() {}

  public static Observation read(
      PipelinePlan plan,
      Children children,
      TopicState topic,
      List<String> missing,
      AccessSecrets access,
      @Nullable String unreadable) {
    var names = plan.names();
    var pods = children.pods();
    return new Observation(
        topic,
        missing,
        access,
        migration(plan, children, pods),
        state(names.consumerDeployment(), children, pods, Component.CONSUMER).orElse(null),
        state(names.apiDeployment(), children, pods, Component.API).orElse(null),
        unreadable,
        children
            .service(names.service())
            .flatMap(service -> service.getSpec().getPorts().stream().findFirst())
            .map(ServicePort::getNodePort)
            .orElse(null));
  }

  private static @Nullable MigrationState migration(
      PipelinePlan plan, Children children, Collection<Pod> pods) {
    if (plan.isHeld()) {
      return MigrationJobs.current(plan.names(), plan.newestMigration(), children)
          .map(job -> migration(job, children, pods))
          .orElse(null);
    }
    var newest = plan.migration();
    return newest == null
        ? null
        : children
            .job(newest.getMetadata().getName())
            .map(job -> migration(job, children, pods))
            .or(
                () ->
                    OlderMigrations.atWork(newest, children)
                        .map(
                            older ->
                                new MigrationState.Waiting(newest.getMetadata().getName(), older)))
            .orElse(null);
  }

  /** A Job says in an Event only that its Pod is refused. */
  private static MigrationState migration(Job job, Children children, Collection<Pod> pods) {
    var state = MigrationJobs.state(job, pods);
    return state instanceof MigrationState.Running running && !running.hasPod()
        ? new MigrationState.Running(
            running.job(),
            false,
            PodRefusal.of(children.context().getClient(), job).orElse(running.trouble()))
        : state;
  }

  /** The processes of an API, of any plan; empty when there is no Deployment. */
  public static Optional<DeploymentState> api(PipelineNames names, Children children) {
    return state(names.apiDeployment(), children, children.pods(), Component.API);
  }

  /** The processes of the consumers. */
  public static Optional<DeploymentState> consumer(PipelineNames names, Children children) {
    return state(names.consumerDeployment(), children, children.pods(), Component.CONSUMER);
  }

  private static Optional<DeploymentState> state(
      String deployment, Children children, Collection<Pod> pods, Component component) {
    var own =
        pods.stream()
            .filter(
                pod ->
                    component
                        .label()
                        .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL)))
            .toList();
    return children
        .deployment(deployment)
        .map(found -> state(found, children.replicaSets(found), own));
  }

  /** The state by the Deployment's own ReplicaSets and Pods. */
  static DeploymentState state(
      Deployment deployment, Collection<ReplicaSet> sets, Collection<Pod> pods) {
    var status = deployment.getStatus();
    var current =
        status != null
            && Objects.equals(
                status.getObservedGeneration(), deployment.getMetadata().getGeneration());
    var trouble =
        pods.stream()
            .filter(pod -> !pod.isMarkedForDeletion())
            .flatMap(pod -> PodTrouble.of(pod).stream())
            .sorted((a, b) -> Boolean.compare(a.lastWord() == null, b.lastWord() == null))
            .findFirst();
    return new DeploymentState(
        current,
        Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1),
        status == null ? 0 : orZero(status.getReplicas()),
        status == null ? 0 : orZero(status.getUpdatedReplicas()),
        current ? newestAvailable(deployment, sets) : 0,
        status == null ? 0 : orZero(status.getReadyReplicas()),
        status == null ? 0 : orZero(status.getAvailableReplicas()),
        trouble.map(PodTrouble::lastWord).orElse(null),
        trouble.map(PodTrouble::text).or(() -> PodRefusal.of(deployment)).orElse(null));
  }

  /** The Deployment's own count of available Pods is over all versions. */
  private static int newestAvailable(Deployment deployment, Collection<ReplicaSet> sets) {
    var newest = revision(deployment);
    return sets.stream()
        .filter(set -> newest.isPresent() && revision(set).equals(newest))
        .map(ReplicaSet::getStatus)
        .filter(Objects::nonNull)
        .mapToInt(status -> orZero(status.getAvailableReplicas()))
        .sum();
  }

  private static Optional<String> revision(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getAnnotations())
        .map(annotations -> annotations.get("deployment.kubernetes.io/revision"));
  }

  private static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }
}
