package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import dev.acequia.local.node.ContainerView.Running;
import dev.acequia.local.node.ContainerView.Waiting;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;

/** The status that Kubernetes is to see of a Pod: what a kubelet would report. */
final class PodStatusView {
  /** What container ids and image ids begin with. */
  static final String RUNTIME = "acequia://";

  private PodStatusView() {}

  /**
   * Computes the status, but for the conditions that others own.
   *
   * @param now becomes the transition time of each condition that has changed
   */
  static PodStatus of(PodView view, Instant now) {
    var phase = PodPhase.of(view);
    var status =
        new PodStatusBuilder()
            .withObservedGeneration(view.pod().getMetadata().getGeneration())
            .withPhase(phase.title())
            .withHostIP(view.hostAddress())
            .addNewHostIP(view.hostAddress())
            .withStartTime(time(view.startedAt()))
            .withInitContainerStatuses(statuses(view, role -> role != Role.MAIN))
            .withContainerStatuses(statuses(view, role -> role == Role.MAIN))
            .build();
    view.address()
        .ifPresent(
            address -> {
              status.setPodIP(address);
              status.setPodIPs(List.of(new io.fabric8.kubernetes.api.model.PodIP(address)));
            });
    view.failure()
        .filter(_ -> phase == PodPhase.FAILED)
        .ifPresent(
            failure -> {
              status.setReason(failure.reason());
              status.setMessage(failure.message());
            });
    List<PodCondition> conditions = new PodConditions(view, phase, now).all();
    status.setConditions(conditions);
    return status;
  }

  private static List<ContainerStatus> statuses(PodView view, Predicate<Role> roles) {
    return view.containers().stream()
        .filter(container -> roles.test(container.role()))
        .map(container -> status(container, view))
        .toList();
  }

  private static ContainerStatus status(ContainerView container, PodView view) {
    var last = container.last();
    var state = view.over() ? finalState(container, view) : container.state();
    var id =
        switch (state) {
          case Running running -> running.containerId();
          case Ended ended -> ended.containerId();
          case Waiting _ -> last == null ? "" : last.containerId();
        };
    var done = state instanceof Ended ended && ended.exitCode() == 0;
    return new ContainerStatusBuilder()
        .withName(container.name())
        .withImage(container.image())
        .withImageID(container.imageId().isEmpty() ? "" : RUNTIME + container.imageId())
        .withContainerID(id.isEmpty() ? null : RUNTIME + id)
        .withState(apiState(state))
        .withLastState(last == null ? new ContainerState() : apiState(last))
        .withRestartCount(container.restartCount())
        .withStarted(container.started())
        .withReady(container.role() == Role.INIT ? done : container.ready())
        .build();
  }

  /** In a Pod that is over nothing waits any more, but for what its init containers held up. */
  private static ContainerView.State finalState(ContainerView container, PodView view) {
    if (!(container.state() instanceof Waiting)) {
      return container.state();
    }
    if (container.last() != null) {
      return container.last();
    }
    return container.role() == Role.MAIN && view.isPastInit() ? neverRan() : container.state();
  }

  private static Ended neverRan() {
    var never = Instant.EPOCH;
    return new Ended(
        "",
        137,
        "ContainerStatusUnknown",
        "The container could not be located when the pod was terminated",
        never,
        never);
  }

  private static ContainerState apiState(ContainerView.State state) {
    var builder = new ContainerStateBuilder();
    return switch (state) {
      case Waiting waiting -> builder.withNewWaiting(waiting.message(), waiting.reason()).build();
      case Running running ->
          builder.withNewRunning().withStartedAt(time(running.since())).endRunning().build();
      case Ended ended ->
          builder
              .withNewTerminated()
              .withContainerID(ended.containerId().isEmpty() ? null : RUNTIME + ended.containerId())
              .withExitCode(ended.exitCode())
              .withReason(ended.reason())
              .withMessage(ended.message())
              .withStartedAt(
                  ended.startedAt().equals(Instant.EPOCH) ? null : time(ended.startedAt()))
              .withFinishedAt(
                  ended.finishedAt().equals(Instant.EPOCH) ? null : time(ended.finishedAt()))
              .endTerminated()
              .build();
    };
  }

  /** A time as the API has it: whole seconds. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
