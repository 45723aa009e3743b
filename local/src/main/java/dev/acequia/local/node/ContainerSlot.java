package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Role;
import dev.acequia.local.node.ContainerView.Running;
import dev.acequia.local.node.ContainerView.Waiting;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A container of a Pod through all its runs. Used by the Pod's own thread alone.
 *
 * <p>{@link #look} takes in what has happened meanwhile; {@link #step} starts the container when it
 * is time to.
 */
final class ContainerSlot {
  /** What a node that was stopped says of a container that ran then. */
  static final String LOST_MESSAGE = "The local node was stopped while the container ran.";

  private static final int KILLED = 137;
  private static final int CANNOT_RUN = 128;
  private static final Duration RETRY = Duration.ofSeconds(3);

  /** What a container asks of its Pod. */
  interface Starter {
    /** Starts a run. */
    ContainerRun start(Container container, int restartCount)
        throws ContainerLauncher.Refused, ContainerLauncher.CannotRun, java.io.IOException;

    /** Tells of something about the container. */
    void tell(Container container, PodEvents.Type type, String reason, String message);

    /** As Events name the Pod: {@code pod_namespace(uid)}. */
    String podTitle();
  }

  private final Container container;
  private final Role role;
  private final RestartPolicy restartPolicy;
  private final Starter starter;
  private final RestartBackOff backOff = new RestartBackOff();
  private ContainerView.State state;
  private @Nullable Ended last;
  private @Nullable ContainerRun run;
  private Instant nextStart = Instant.EPOCH;
  private int restartCount;
  private boolean ran;
  private String imageId = "";

  private ContainerSlot(
      Container container,
      Role role,
      RestartPolicy restartPolicy,
      Starter starter,
      String firstReason) {
    this.container = container;
    this.role = role;
    this.restartPolicy = restartPolicy;
    this.starter = starter;
    this.state = new Waiting(firstReason, null);
  }

  /**
   * Takes on a container.
   *
   * @param before what an earlier node reported of it; a run that was going on then is lost
   */
  static ContainerSlot of(
      Container container,
      Role role,
      RestartPolicy restartPolicy,
      Starter starter,
      String firstReason,
      Optional<ContainerStatus> before) {
    var slot = new ContainerSlot(container, role, restartPolicy, starter, firstReason);
    before.ifPresent(slot::resume);
    return slot;
  }

  private void resume(ContainerStatus before) {
    restartCount = before.getRestartCount() == null ? 0 : before.getRestartCount();
    var now = before.getState();
    if (before.getLastState() != null && before.getLastState().getTerminated() != null) {
      last = ended(before.getLastState().getTerminated());
    }
    if (now == null) {
      return;
    }
    if (now.getRunning() != null) {
      var id = withoutRuntime(before.getContainerID());
      var since = Instant.parse(now.getRunning().getStartedAt());
      state = new Ended(id, KILLED, "Error", LOST_MESSAGE, since, Instant.now());
    } else if (now.getTerminated() != null) {
      state = ended(now.getTerminated());
    } else if (last != null) {
      state = last;
    }
    ran = state instanceof Ended;
  }

  ContainerView view() {
    var current = run;
    return new ContainerView(
        container.getName(),
        container.getImage(),
        role,
        restartPolicy,
        state,
        last,
        restartCount,
        current != null && current.started(),
        current != null && current.ready(),
        imageId);
  }

  boolean isRunning() {
    return state instanceof Running;
  }

  /** Takes in what has happened to the current run, and ends it when a probe says it must. */
  void look(Duration grace) {
    if (run == null) {
      return;
    }
    var ended = run.ended();
    if (ended.isPresent()) {
      state = ended.get();
      run = null;
      return;
    }
    var fatal = run.fatal();
    if (fatal.isPresent() && !run.isStopping()) {
      var probe =
          fatal.get() == Probes.Kind.LIVENESS
              ? container.getLivenessProbe()
              : container.getStartupProbe();
      var own = probe.getTerminationGracePeriodSeconds();
      var kind = fatal.get().title().toLowerCase(java.util.Locale.ROOT);
      starter.tell(
          container,
          PodEvents.Type.Normal,
          "Killing",
          "Container %s failed %s probe, will be restarted".formatted(container.getName(), kind));
      run.stop(own == null ? grace : Duration.ofSeconds(own));
    }
  }

  /**
   * Starts the container if it is to run and its time has come.
   *
   * @return when to step again, {@link Instant#MAX} when only an event makes a difference
   */
  Instant step(Instant now) {
    if (state instanceof Running) {
      return Instant.MAX;
    }
    if (state instanceof Ended ended) {
      if (view().isFinished()) {
        return Instant.MAX;
      }
      waitForRestart(ended, now);
    }
    if (now.isBefore(nextStart)) {
      return nextStart;
    }
    start(now);
    return state instanceof Running ? Instant.MAX : nextStart;
  }

  /** Ends the current run, if there is one, within the grace period. */
  void stop(Duration grace) {
    if (run == null) {
      return;
    }
    if (!run.isStopping()) {
      starter.tell(
          container, PodEvents.Type.Normal, "Killing", "Stopping container " + container.getName());
    }
    run.stop(grace);
  }

  private void waitForRestart(Ended ended, Instant now) {
    last = ended;
    var delay = backOff.delayAfter(ended.finishedAt());
    nextStart = ended.finishedAt().plus(delay);
    if (now.isBefore(nextStart)) {
      state =
          new Waiting(
              "CrashLoopBackOff",
              "back-off %s restarting failed container=%s pod=%s"
                  .formatted(goDuration(delay), container.getName(), starter.podTitle()));
      starter.tell(
          container,
          PodEvents.Type.Warning,
          "BackOff",
          "Back-off restarting failed container %s in pod %s"
              .formatted(container.getName(), starter.podTitle()));
    }
  }

  private void start(Instant now) {
    var count = ran ? restartCount + 1 : restartCount;
    try {
      var started = starter.start(container, count);
      run = started;
      noteStart(count, now);
      state = new Running(started.id(), started.startedAt());
    } catch (ContainerLauncher.Refused e) {
      waitAfter(e.reason(), e.getMessage(), now);
    } catch (ContainerLauncher.CannotRun e) {
      noteStart(count, now);
      state = new Ended("", CANNOT_RUN, "ContainerCannotRun", e.getMessage(), now, now);
      nextStart = now;
      starter.tell(container, PodEvents.Type.Warning, "Failed", "Error: " + e.getMessage());
    } catch (java.io.IOException e) {
      waitAfter("CreateContainerError", e.getMessage(), now);
    }
  }

  private void noteStart(int count, Instant now) {
    if (last != null) {
      backOff.restarted(last.finishedAt(), now);
    }
    restartCount = count;
    ran = true;
    imageId = ImageStore.nameOf(container.getImage());
  }

  private void waitAfter(String reason, @Nullable String message, Instant now) {
    state = new Waiting(reason, message);
    nextStart = now.plus(RETRY);
    if (reason.equals("ErrImageNeverPull")) {
      starter.tell(container, PodEvents.Type.Warning, reason, String.valueOf(message));
      starter.tell(container, PodEvents.Type.Warning, "Failed", "Error: " + reason);
    } else {
      starter.tell(container, PodEvents.Type.Warning, "Failed", "Error: " + message);
    }
  }

  private static Ended ended(ContainerStateTerminated terminated) {
    return new Ended(
        withoutRuntime(terminated.getContainerID()),
        terminated.getExitCode(),
        terminated.getReason() == null ? "Error" : terminated.getReason(),
        terminated.getMessage(),
        time(terminated.getStartedAt()),
        time(terminated.getFinishedAt()));
  }

  private static Instant time(@Nullable String time) {
    return time == null ? Instant.EPOCH : Instant.parse(time);
  }

  private static String withoutRuntime(@Nullable String id) {
    return id == null ? "" : id.replace(PodStatusView.RUNTIME, "");
  }

  /** As Kubernetes writes a duration: {@code 10s}, {@code 2m40s}. */
  private static String goDuration(Duration duration) {
    var minutes = duration.toMinutes();
    return (minutes > 0 ? minutes + "m" : "") + duration.toSecondsPart() + "s";
  }
}
