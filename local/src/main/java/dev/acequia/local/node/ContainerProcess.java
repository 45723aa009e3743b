package dev.acequia.local.node;

import dev.acequia.servers.Lifeline;
import dev.acequia.servers.ProcessGroup;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run of a container: its first process and whatever that starts. */
final class ContainerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerProcess.class);

  /** What is left to a process after its preStop hook has used up the grace period. */
  private static final Duration LEAST_GRACE = Duration.ofSeconds(2);

  /** How long a log may stay open after the first process ended: only a stray child holds it. */
  private static final Duration LOG_END = Duration.ofSeconds(2);

  /**
   * What to start.
   *
   * @param containerId unique to this run
   * @param command the program and its arguments
   * @param environment the process's whole environment but for its mark
   * @param terminationMessage where the process may leave a last word
   */
  record Launch(
      String containerId,
      List<String> command,
      Path workingDirectory,
      Map<String, String> environment,
      Path terminationMessage) {

    /** Builds a process of this container that is not its first. */
    ProcessBuilder process(List<String> otherCommand) {
      var builder = new ProcessBuilder(otherCommand);
      builder.directory(workingDirectory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      builder.environment().put(ProcessMark.VARIABLE, containerId);
      builder.redirectInput(new File("/dev/null"));
      builder.redirectErrorStream(true);
      return builder;
    }
  }

  /** How a run ended. */
  record End(int exitCode, Instant at) {}

  private final Launch launch;
  private final Path processRecord;
  private final Process process;
  private final Instant startedAt = Instant.now();
  private final Runnable onEnd;
  private @Nullable Instant killAt;
  private @Nullable End end;

  private ContainerProcess(Launch launch, Path processRecord, Process process, Runnable onEnd) {
    this.launch = launch;
    this.processRecord = processRecord;
    this.process = process;
    this.onEnd = onEnd;
  }

  /**
   * Starts the process; what it writes goes to the log.
   *
   * @param onEnd called once, in another thread, when the run is over
   * @throws IOException when the program cannot be started
   */
  static ContainerProcess start(Launch launch, Path processRecord, LogWriter log, Runnable onEnd)
      throws IOException {
    ContainerRecord.planned(launch.containerId()).write(processRecord);
    Process process;
    try {
      process = launch.process(ProcessGroup.apart(launch.command())).start();
    } catch (IOException | IllegalArgumentException e) {
      log.close();
      Files.deleteIfExists(processRecord);
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
    ContainerRecord.of(launch.containerId(), process.toHandle()).write(processRecord);
    Lifeline.hold(process);
    var run = new ContainerProcess(launch, processRecord, process, onEnd);
    // Not a virtual thread: reading a pipe holds on to its carrier, and there are as many as Pods.
    var reader =
        Thread.ofPlatform()
            .daemon()
            .name("log-" + process.pid())
            .unstarted(
                () -> {
                  try (log) {
                    log.copy(process.getInputStream());
                  } catch (IOException e) {
                    LOG.warn(
                        "The log of container {} ends here: {}",
                        launch.containerId(),
                        e.toString());
                  }
                });
    reader.start();
    Thread.ofVirtual().name("end-" + process.pid()).start(() -> run.awaitEnd(reader));
    return run;
  }

  Launch launch() {
    return launch;
  }

  Instant startedAt() {
    return startedAt;
  }

  /** How the run ended, null while it goes on. */
  synchronized @Nullable End end() {
    return end;
  }

  /**
   * Asks the run to end: the hook, SIGTERM to the first process, and after the grace period SIGKILL
   * to all. Returns at once. A later call can only shorten the grace.
   *
   * @param preStop done first, within the grace period
   */
  synchronized void stop(Duration grace, @Nullable Runnable preStop) {
    var deadline = Instant.now().plus(grace);
    if (killAt == null) {
      killAt = deadline;
      Thread.ofVirtual().name("stop-" + process.pid()).start(() -> stopWithin(preStop));
    } else if (deadline.isBefore(killAt)) {
      killAt = deadline;
      notifyAll();
    }
  }

  /** Whether the run was asked to end. */
  synchronized boolean isStopping() {
    return killAt != null;
  }

  private void stopWithin(@Nullable Runnable preStop) {
    try {
      if (preStop != null) {
        var hook = Thread.ofVirtual().start(preStop);
        while (hook.isAlive() && !untilKill().isNegative() && end() == null) {
          hook.join(Duration.ofMillis(50));
        }
        hook.interrupt();
        synchronized (this) {
          var least = Instant.now().plus(LEAST_GRACE);
          killAt = least.isAfter(killAt) ? least : killAt;
        }
      }
      process.toHandle().destroy(); // Process.destroy() would close the log before the last words
      synchronized (this) {
        for (var left = untilKill(); end == null && left.isPositive(); left = untilKill()) {
          wait(Math.max(1, left.toMillis()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ProcessTree.kill(process.toHandle());
  }

  private synchronized Duration untilKill() {
    return Duration.between(Instant.now(), killAt == null ? Instant.MAX : killAt);
  }

  private void awaitEnd(Thread logReader) {
    var exitCode = process.onExit().join().exitValue();
    var at = Instant.now();
    try {
      ProcessMark.find(Set.of(launch.containerId())).forEach(ProcessHandle::destroyForcibly);
      logReader.join(LOG_END);
      Files.deleteIfExists(processRecord);
    } catch (IOException e) {
      LOG.warn("The record of container {} stays: {}", launch.containerId(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      end = new End(exitCode, at);
      notifyAll();
    }
    onEnd.run();
  }
}
