package dev.acequia.local.node;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a container at a moment.
 *
 * @param restartPolicy when it starts again; an init container that succeeded never does
 * @param state what it does now
 * @param last how its run before the current one ended
 * @param restartCount runs before the current one, or, while it waits, before the last
 * @param started whether it is up
 * @param ready whether it may be sent work
 * @param imageId where the image is, empty before the first run
 */
record ContainerView(
    String name,
    String image,
    Role role,
    RestartPolicy restartPolicy,
    State state,
    @Nullable Ended last,
    int restartCount,
    boolean started,
    boolean ready,
    String imageId) {

  /** A container's place in its Pod's life. */
  enum Role {
    /** Runs to its end before the next one starts. */
    INIT,
    /** Starts among the init containers, and runs as long as the Pod. */
    SIDECAR,
    MAIN
  }

  /** What a container does. */
  sealed interface State {}

  /**
   * It has no process.
   *
   * @param reason in camel case
   */
  record Waiting(String reason, @Nullable String message) implements State {}

  /** It has a process. */
  record Running(String containerId, Instant since) implements State {}

  /**
   * Its process has ended.
   *
   * @param containerId empty when it never had a process
   * @param reason in camel case
   * @param message its last word
   */
  record Ended(
      String containerId,
      int exitCode,
      String reason,
      @Nullable String message,
      Instant startedAt,
      Instant finishedAt)
      implements State {}

  /** Whether it never had a process. */
  boolean isNew() {
    return last == null && state instanceof Waiting;
  }

  boolean isRunning() {
    return state instanceof Running;
  }

  /** Whether it ended and will not start again. */
  boolean isFinished() {
    return state instanceof Ended ended && !restartsAfter(ended.exitCode);
  }

  boolean restartsAfter(int exitCode) {
    return switch (role) {
      case SIDECAR -> true;
      case INIT -> exitCode != 0 && restartPolicy != RestartPolicy.NEVER;
      case MAIN -> restartPolicy.restarts(exitCode);
    };
  }
}
