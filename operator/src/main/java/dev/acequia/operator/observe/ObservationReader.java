package dev.acequia.operator.observe;

import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
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
      AccessSecrets access) {
    var names = plan.names();
    var pods = children.pods();
    return new Observation(
        topic,
        missing,
        access,
        migration(plan, children, pods),
        children
            .deployment(names.consumerDeployment())
            .map(deployment -> state(deployment, pods, Component.CONSUMER))
            .orElse(null),
        children
            .deployment(names.apiDeployment())
            .map(deployment -> state(deployment, pods, Component.API))
            .orElse(null),
        children
            .service(names.service())
            .flatMap(service -> service.getSpec().getPorts().stream().findFirst())
            .map(ServicePort::getNodePort)
            .orElse(null));
  }

  private static @Nullable MigrationState migration(
      PipelinePlan plan, Children children, Collection<Pod> pods) {
    return Optional.ofNullable(plan.migration())
        .flatMap(job -> children.job(job.getMetadata().getName()))
        .map(job -> MigrationJobs.state(job, pods))
        .orElse(null);
  }

  static DeploymentState state(Deployment deployment, Collection<Pod> pods, Component component) {
    var status = deployment.getStatus();
    var trouble =
        pods.stream()
            .filter(
                pod ->
                    component
                        .label()
                        .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL)))
            .filter(pod -> !pod.isMarkedForDeletion())
            .flatMap(pod -> PodTrouble.of(pod).stream())
            .sorted((a, b) -> Boolean.compare(a.termination() == null, b.termination() == null))
            .findFirst();
    return new DeploymentState(
        status != null
            && Objects.equals(
                status.getObservedGeneration(), deployment.getMetadata().getGeneration()),
        Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1),
        status == null ? 0 : orZero(status.getReplicas()),
        status == null ? 0 : orZero(status.getUpdatedReplicas()),
        status == null ? 0 : orZero(status.getReadyReplicas()),
        status == null ? 0 : orZero(status.getAvailableReplicas()),
        trouble.map(PodTrouble::termination).orElse(null),
        trouble.map(PodTrouble::text).orElse(null));
  }

  private static int orZero(@Nullable Integer number) {
    return number == null ? 0 : number;
  }
}
