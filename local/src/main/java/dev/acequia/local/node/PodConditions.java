package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The conditions of a Pod that a kubelet owns. */
final class PodConditions {
  private record Verdict(boolean met, @Nullable String reason, @Nullable String message) {
    static final Verdict MET = new Verdict(true, null, null);

    static Verdict unmet(@Nullable String reason, @Nullable String message) {
      return new Verdict(false, reason, message);
    }
  }

  private final PodView view;
  private final PodPhase phase;
  private final Instant now;

  PodConditions(PodView view, PodPhase phase, Instant now) {
    this.view = view;
    this.phase = phase;
    this.now = now;
  }

  List<PodCondition> all() {
    return List.of(
        condition("PodReadyToStartContainers", readyToStartContainers()),
        condition("Initialized", initialized()),
        condition("Ready", ready()),
        condition("ContainersReady", containersReady()),
        condition("PodScheduled", Verdict.MET));
  }

  private Verdict readyToStartContainers() {
    return view.address().isPresent() && !view.over() ? Verdict.MET : Verdict.unmet(null, null);
  }

  private Verdict initialized() {
    if (phase == PodPhase.SUCCEEDED) {
      return new Verdict(true, "PodCompleted", null);
    }
    var incomplete = names(container -> container.role() != Role.MAIN && !isInitialized(container));
    return view.isInitialized() || incomplete.isEmpty()
        ? Verdict.MET
        : Verdict.unmet(
            "ContainersNotInitialized", "containers with incomplete status: [" + incomplete + "]");
  }

  private static boolean isInitialized(ContainerView container) {
    return container.role() == Role.SIDECAR
        ? container.started()
        : container.state() instanceof Ended ended && ended.exitCode() == 0;
  }

  private Verdict containersReady() {
    if (phase.isFinal()) {
      return Verdict.unmet(phase == PodPhase.SUCCEEDED ? "PodCompleted" : "PodFailed", null);
    }
    var unready = names(container -> container.role() != Role.INIT && !container.ready());
    return unready.isEmpty()
        ? Verdict.MET
        : Verdict.unmet("ContainersNotReady", "containers with unready status: [" + unready + "]");
  }

  private Verdict ready() {
    var containers = containersReady();
    if (!containers.met) {
      return containers;
    }
    var closed = new ArrayList<String>();
    for (var gate : view.pod().getSpec().getReadinessGates()) {
      var type = gate.getConditionType();
      var condition = present(type);
      if (condition.isEmpty()) {
        closed.add(
            "corresponding condition of pod readiness gate \"" + type + "\" does not exist.");
      } else if (!condition.get().getStatus().equals("True")) {
        closed.add(
            "the status of pod readiness gate \"%s\" is not \"True\", but %s"
                .formatted(type, condition.get().getStatus()));
      }
    }
    return closed.isEmpty()
        ? Verdict.MET
        : Verdict.unmet("ReadinessGatesNotReady", String.join(", ", closed));
  }

  private String names(Predicate<ContainerView> which) {
    return view.containers().stream()
        .filter(which)
        .map(ContainerView::name)
        .collect(Collectors.joining(" "));
  }

  private PodCondition condition(String type, Verdict verdict) {
    var status = verdict.met ? "True" : "False";
    var since =
        present(type)
            .filter(before -> before.getStatus().equals(status))
            .map(PodCondition::getLastTransitionTime)
            .orElse(PodStatusView.time(now));
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(verdict.reason)
        .withMessage(verdict.message)
        .withObservedGeneration(view.pod().getMetadata().getGeneration())
        .withLastTransitionTime(since)
        .build();
  }

  private Optional<PodCondition> present(String type) {
    var status = view.pod().getStatus();
    return status == null
        ? Optional.empty()
        : status.getConditions().stream().filter(c -> c.getType().equals(type)).findFirst();
  }
}
