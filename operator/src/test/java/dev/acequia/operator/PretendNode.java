package dev.acequia.operator;

import dev.acequia.contract.Termination;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Gives each Pod the status that a node would, by what a test says becomes of it. */
final class PretendNode {
  private final KubernetesClient client;
  private volatile Function<Pod, Fate> fates = PretendNode::allGoesWell;

  /** What becomes of a Pod. */
  sealed interface Fate {
    record Runs() implements Fate {}

    record Ends(int exitCode, String message) implements Fate {}

    record Waits() implements Fate {}
  }

  PretendNode(KubernetesClient client) {
    this.client = client;
    var _ =
        Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("pretend-node").factory())
            .scheduleWithFixedDelay(this::look, 100, 100, TimeUnit.MILLISECONDS);
  }

  static Fate allGoesWell(Pod pod) {
    return component(pod).equals("migration") ? new Fate.Ends(0, "") : new Fate.Runs();
  }

  static Fate refuse(Termination.Reason reason, String message) {
    return new Fate.Ends(
        Termination.EXIT_CODE, "{\"reason\":\"%s\",\"message\":\"%s\"}".formatted(reason, message));
  }

  static String component(Pod pod) {
    return pod.getMetadata().getLabels().getOrDefault(PipelineNames.COMPONENT_LABEL, "");
  }

  void decide(Function<Pod, Fate> newFates) {
    fates = newFates;
  }

  private void look() {
    try {
      client
          .pods()
          .inAnyNamespace()
          .withLabel(PipelineNames.MANAGED_BY_LABEL, PipelineNames.MANAGER)
          .list()
          .getItems()
          .forEach(this::serve);
    } catch (RuntimeException e) { // a Pod that has gone, a server that ends: the next look sees
      if (!(e instanceof KubernetesClientException)) {
        throw e;
      }
    }
  }

  private void serve(Pod pod) {
    var ready = pod.getStatus().getContainerStatuses().stream().anyMatch(s -> s.getReady());
    var ended =
        "Succeeded".equals(pod.getStatus().getPhase())
            || "Failed".equals(pod.getStatus().getPhase());
    if (ended || pod.isMarkedForDeletion()) {
      return;
    }
    switch (fates.apply(pod)) {
      case Fate.Waits _ -> {}
      case Fate.Runs _ -> {
        if (!ready) {
          write(
              pod,
              "Running",
              true,
              new ContainerStateBuilder().withNewRunning().endRunning().build());
        }
      }
      case Fate.Ends ends -> {
        var state =
            new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(ends.exitCode())
                .withReason(ends.exitCode() == 0 ? "Completed" : "Error")
                .withMessage(ends.message())
                .endTerminated()
                .build();
        var isJob = component(pod).equals("migration");
        write(
            pod, !isJob ? "Running" : ends.exitCode() == 0 ? "Succeeded" : "Failed", false, state);
      }
    }
  }

  private void write(Pod pod, String phase, boolean ready, ContainerState state) {
    var container = pod.getSpec().getContainers().getFirst();
    client
        .resource(
            new PodBuilder(pod)
                .withNewStatus()
                .withPhase(phase)
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime("2026-01-01T00:00:00Z")
                .endCondition()
                .addNewContainerStatus()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(ready)
                .withStarted(ready)
                .withRestartCount(0)
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build())
        .updateStatus();
  }
}
