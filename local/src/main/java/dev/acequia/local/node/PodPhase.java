package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import dev.acequia.local.node.ContainerView.Running;
import dev.acequia.local.node.ContainerView.Waiting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A Pod's phase, by the kubelet's rules. */
enum PodPhase {
  PENDING("Pending"),
  RUNNING("Running"),
  SUCCEEDED("Succeeded"),
  FAILED("Failed");

  private final String title;

  PodPhase(String title) {
    this.title = title;
  }

  /** As the API has it. */
  String title() {
    return title;
  }

  boolean isFinal() {
    return this == SUCCEEDED || this == FAILED;
  }

  /** Whether a phase of the API is one that a Pod never leaves. */
  static boolean isFinal(@Nullable String title) {
    return SUCCEEDED.title.equals(title) || FAILED.title.equals(title);
  }

  static PodPhase of(PodView pod) {
    if (pod.over() && pod.failure().isPresent()) {
      return FAILED;
    }
    var inits = with(pod, Role.INIT);
    var running =
        pod.containers().stream()
            .anyMatch(container -> container.role() != Role.INIT && container.isRunning());
    if (inits.stream().anyMatch(PodPhase::failedForGood) && !running) {
      return FAILED;
    }
    var mains = with(pod, Role.MAIN);
    var waits =
        mains.stream().anyMatch(ContainerView::isNew)
            || with(pod, Role.SIDECAR).stream().anyMatch(ContainerView::isNew)
            || inits.stream().anyMatch(init -> init.isRunning() || init.isNew())
            || (!pod.isInitialized()
                && with(pod, Role.SIDECAR).stream()
                    .anyMatch(sidecar -> sidecar.isRunning() && !sidecar.started()));
    if (waits) {
      return pod.over() ? FAILED : PENDING;
    }
    if (running) {
      return RUNNING;
    }
    if (!pod.over() && mains.stream().anyMatch(PodPhase::startsAgain)) {
      return RUNNING;
    }
    return mains.stream().allMatch(main -> lastExitCode(main) == 0) ? SUCCEEDED : FAILED;
  }

  private static List<ContainerView> with(PodView pod, Role role) {
    return pod.containers().stream().filter(container -> container.role() == role).toList();
  }

  private static boolean failedForGood(ContainerView container) {
    return container.isFinished() && lastExitCode(container) != 0;
  }

  private static boolean startsAgain(ContainerView container) {
    return container.restartsAfter(lastExitCode(container));
  }

  private static int lastExitCode(ContainerView container) {
    return switch (container.state()) {
      case Ended ended -> ended.exitCode();
      case Waiting _ -> container.last() == null ? 0 : container.last().exitCode();
      case Running _ -> 0;
    };
  }
}
