package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one Pod has on this machine: address, volumes and containers, and the order in which they
 * come and go. Used by the Pod's own thread alone.
 */
final class PodRuntime implements ContainerSlot.Starter {
  private final NodeContext node;
  private final Runnable wake;
  private final PodSandbox sandbox;
  private final List<ContainerSlot> slots = new ArrayList<>();
  private final Instant startedAt;
  private volatile Pod pod;
  private Optional<PodView.Failure> failure = Optional.empty();
  private boolean ending;

  private PodRuntime(NodeContext node, Pod pod, PodFolder folder, Runnable wake) {
    this.node = node;
    this.pod = pod;
    this.wake = wake;
    this.sandbox = new PodSandbox(node, folder);
    var status = pod.getStatus();
    this.startedAt =
        status == null || status.getStartTime() == null
            ? Instant.now()
            : Instant.parse(status.getStartTime());
  }

  /**
   * Takes on a Pod.
   *
   * @param wake called when something has happened to a container
   */
  static PodRuntime take(NodeContext node, Pod pod, Runnable wake) throws IOException {
    var uid = pod.getMetadata().getUid();
    var runtime = new PodRuntime(node, pod, PodFolder.create(node.pods(), uid), wake);
    var spec = pod.getSpec();
    var first = spec.getInitContainers().isEmpty() ? "ContainerCreating" : "PodInitializing";
    for (var container : spec.getInitContainers()) {
      var sidecar = "Always".equals(container.getRestartPolicy());
      runtime.add(container, sidecar ? Role.SIDECAR : Role.INIT, first);
    }
    for (var container : spec.getContainers()) {
      runtime.add(container, Role.MAIN, first);
    }
    if (runtime.slots.stream().map(ContainerSlot::view).allMatch(ContainerView::isNew)) {
      node.logs().forget(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }
    return runtime;
  }

  private void add(Container container, Role role, String firstReason) {
    var policy = RestartPolicy.of(pod.getSpec().getRestartPolicy());
    slots.add(
        ContainerSlot.of(
            container, role, policy, this, firstReason, statusBefore(container, role)));
  }

  private Optional<ContainerStatus> statusBefore(Container container, Role role) {
    var status = pod.getStatus();
    if (status == null) {
      return Optional.empty();
    }
    var statuses =
        role == Role.MAIN ? status.getContainerStatuses() : status.getInitContainerStatuses();
    return statuses.stream()
        .filter(before -> before.getName().equals(container.getName()))
        .findFirst();
  }

  /** Takes in what has happened since. */
  void look(Pod newest) {
    pod = newest;
    slots.forEach(slot -> slot.look(grace()));
  }

  boolean isRunning() {
    return slots.stream().anyMatch(ContainerSlot::isRunning);
  }

  PodView view(Pod newest) {
    var containers = slots.stream().map(ContainerSlot::view).toList();
    return new PodView(
        newest,
        containers,
        sandbox.address(),
        NodeContext.HOST_ADDRESS,
        startedAt,
        isOver(),
        failure);
  }

  /** Whether nothing runs, nor will again. */
  private boolean isOver() {
    return (ending || isFinished()) && !isRunning();
  }

  /** Does the next thing that is due; returns when there is something to do again. */
  Instant step(Instant now) throws IOException {
    var deadline = deadline();
    if (!now.isBefore(deadline) && failure.isEmpty()) {
      failure =
          Optional.of(
              new PodView.Failure(
                  "DeadlineExceeded",
                  "Pod was active on the node longer than the specified deadline"));
      node.events()
          .tell(
              pod,
              PodEvents.Type.Normal,
              "DeadlineExceeded",
              "Pod was active on the node longer than specified deadline");
    }
    if (failure.isPresent() || isFinished()) {
      end(grace());
      return Instant.MAX;
    }
    var next = sandbox.prepare(pod, now);
    if (sandbox.isReady()) {
      next = earlier(next, stepContainers(now));
    }
    if (isFinished()) {
      wake.run(); // the sidecars end now
    }
    return earlier(next, deadline);
  }

  /** Ends the Pod for good, within the grace period. The sidecars end after the others. */
  void end(Duration grace) {
    ending = true;
    var mains = slots.stream().filter(slot -> slot.view().role() != Role.SIDECAR).toList();
    var running = mains.stream().filter(ContainerSlot::isRunning).toList();
    (running.isEmpty() ? slots : running).forEach(slot -> slot.stop(grace));
  }

  /** Ends all processes within the grace period. */
  void stop(Duration grace) {
    slots.forEach(slot -> slot.stop(grace));
  }

  private Instant stepContainers(Instant now) {
    var next = Instant.MAX;
    var initialized = view(pod).isInitialized();
    for (var slot : slots) {
      var view = slot.view();
      var done = view.state() instanceof Ended ended && ended.exitCode() == 0;
      if (view.role() == Role.INIT && (done || initialized)) {
        continue;
      }
      next = earlier(next, slot.step(now));
      var holdsUp =
          switch (view.role()) {
            case INIT -> true;
            case SIDECAR -> !initialized && !slot.view().started();
            case MAIN -> false;
          };
      if (holdsUp) {
        return next;
      }
    }
    return next;
  }

  /** Whether the containers have come to their end by themselves. */
  private boolean isFinished() {
    var views = slots.stream().map(ContainerSlot::view).toList();
    var initFailed =
        views.stream()
            .anyMatch(
                view ->
                    view.role() == Role.INIT
                        && view.isFinished()
                        && view.state() instanceof Ended ended
                        && ended.exitCode() != 0);
    return initFailed
        || views.stream()
            .filter(view -> view.role() == Role.MAIN)
            .allMatch(ContainerView::isFinished);
  }

  private Instant deadline() {
    var seconds = pod.getSpec().getActiveDeadlineSeconds();
    return seconds == null ? Instant.MAX : startedAt.plusSeconds(seconds);
  }

  private Duration grace() {
    var seconds = pod.getSpec().getTerminationGracePeriodSeconds();
    return Duration.ofSeconds(seconds == null ? 30 : seconds);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  @Override
  public ContainerRun start(Container container, int restartCount)
      throws ContainerLauncher.Refused, ContainerLauncher.CannotRun, IOException {
    var prepared = sandbox.launch(pod, container);
    var metadata = pod.getMetadata();
    tell(
        container,
        PodEvents.Type.Normal,
        "Pulled",
        "Container image \"%s\" already present on machine".formatted(container.getImage()));
    var log =
        node.logs()
            .of(metadata.getNamespace(), metadata.getName(), container.getName(), restartCount);
    var run =
        ContainerRun.start(
            container, prepared, node.logs(), log, grace(), new RunListener(container));
    node.logs()
        .removeBefore(
            metadata.getNamespace(), metadata.getName(), container.getName(), restartCount);
    tell(container, PodEvents.Type.Normal, "Created", "Container created");
    tell(container, PodEvents.Type.Normal, "Started", "Container started");
    return run;
  }

  @Override
  public void tell(Container container, PodEvents.Type type, String reason, String message) {
    node.events().tell(pod, place(container), type, reason, message);
  }

  /** As Events name a container. */
  private String place(Container container) {
    var isMain =
        pod.getSpec().getContainers().stream()
            .anyMatch(main -> main.getName().equals(container.getName()));
    return "spec.%s{%s}".formatted(isMain ? "containers" : "initContainers", container.getName());
  }

  @Override
  public String podTitle() {
    var metadata = pod.getMetadata();
    return "%s_%s(%s)".formatted(metadata.getName(), metadata.getNamespace(), metadata.getUid());
  }

  /** Called by the run's own threads, so it touches nothing but what is safe there. */
  private final class RunListener implements ContainerRun.Listener {
    private final Container container;

    RunListener(Container container) {
      this.container = container;
    }

    @Override
    public void unhealthy(Probes.Kind kind, String output) {
      var message = kind.title() + " probe failed: " + output;
      tell(container, PodEvents.Type.Warning, "Unhealthy", message);
    }

    @Override
    public void hookFailed(String hook, String output) {
      var message =
          "%sHook of container %s failed: %s".formatted(hook, container.getName(), output);
      tell(container, PodEvents.Type.Warning, "Failed" + hook + "Hook", message);
    }

    @Override
    public void changed() {
      wake.run();
    }
  }
}
