package dev.acequia.servers;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A node's part without a node: gives each Pod the status that a kubelet would, by what somebody
 * says becomes of it. Nothing runs, so that a cluster may have thousands of Pods.
 */
public final class PretendNode implements AutoCloseable {
  private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

  private final KubernetesClient client;
  private final SharedIndexInformer<Pod> pods;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pretend-node").factory());
  private volatile Function<Pod, Fate> fates = PretendNode::allGoesWell;

  /** What becomes of a Pod. */
  public sealed interface Fate {
    /** Its container runs and is ready. */
    record Runs() implements Fate {}

    /**
     * Its container has ended.
     *
     * @param message what the process left behind
     */
    record Ends(int exitCode, String message) implements Fate {}

    /** Nothing yet. */
    record Waits() implements Fate {}
  }

  /**
   * A node for some of the cluster's Pods, on which all goes well at first.
   *
   * @param client stays open
   * @param selector of the Pods' labels
   */
  public PretendNode(KubernetesClient client, String selector) {
    this.client = client;
    pods = client.pods().inAnyNamespace().withLabelSelector(selector).inform();
    var _ = looks.scheduleWithFixedDelay(this::look, 100, 100, TimeUnit.MILLISECONDS);
  }

  /** A Job's Pod succeeds, any other runs. */
  public static Fate allGoesWell(Pod pod) {
    return isOfJob(pod) ? new Fate.Ends(0, "") : new Fate.Runs();
  }

  /** From now on this becomes of those Pods that have not ended. */
  public void decide(Function<Pod, Fate> newFates) {
    fates = newFates;
  }

  @Override
  public void close() {
    looks.shutdownNow();
    pods.close();
  }

  private static boolean isOfJob(Pod pod) {
    return pod.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> owner.getKind().equals("Job"));
  }

  private void look() {
    for (var pod : pods.getStore().list()) {
      try {
        serve(pod);
      } catch (KubernetesClientException e) { // the next look sees what has become of it
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
            && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
          return; // a server that ends
        }
      }
    }
  }

  private void serve(Pod pod) {
    var ready = pod.getStatus().getContainerStatuses().stream().anyMatch(s -> s.getReady());
    if (ENDED.contains(String.valueOf(pod.getStatus().getPhase())) || pod.isMarkedForDeletion()) {
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
      case Fate.Ends ends -> end(pod, ends);
    }
  }

  private void end(Pod pod, Fate.Ends ends) {
    var state =
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(ends.exitCode())
            .withReason(ends.exitCode() == 0 ? "Completed" : "Error")
            .withMessage(ends.message())
            .endTerminated()
            .build();
    write(
        pod,
        !isOfJob(pod) ? "Running" : ends.exitCode() == 0 ? "Succeeded" : "Failed",
        false,
        state);
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
