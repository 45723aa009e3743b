package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a container: its process, the hooks at its ends, and its probes. */
final class ContainerRun {
  private static final int MAX_MESSAGE_BYTES = 4096;
  private static final int MAX_FALLBACK_BYTES = 2048;
  private static final int MAX_FALLBACK_LINES = 80;

  /** What a run tells its Pod. */
  interface Listener {
    /** A probe has failed. */
    void unhealthy(Probes.Kind kind, String output);

    /** A hook has failed; after {@code PostStart} the container is ended. */
    void hookFailed(String hook, String output);

    /** Something has changed: look again. */
    void changed();
  }

  private final Container container;
  private final ContainerProcess process;
  private final ContainerActions actions;
  private final Probes probes;
  private final Path log;
  private final Listener listener;

  private ContainerRun(
      Container container,
      ContainerProcess process,
      ContainerActions actions,
      Path log,
      Listener listener) {
    this.container = container;
    this.process = process;
    this.actions = actions;
    this.log = log;
    this.listener = listener;
    this.probes =
        new Probes(actions, container, process.startedAt(), listener::unhealthy, listener::changed);
  }

  /**
   * Starts a run.
   *
   * @param grace how long the container gets when its postStart hook fails
   */
  static ContainerRun start(
      Container container,
      ContainerLauncher.Prepared prepared,
      LogFiles logs,
      Path log,
      Duration grace,
      Listener listener)
      throws IOException {
    var process =
        ContainerProcess.start(
            prepared.launch(), prepared.processRecord(), logs.open(log), listener::changed);
    var run = new ContainerRun(container, process, prepared.actions(), log, listener);
    run.begin(grace);
    return run;
  }

  String id() {
    return process.launch().containerId();
  }

  Instant startedAt() {
    return process.startedAt();
  }

  boolean started() {
    return probes.started();
  }

  boolean ready() {
    return probes.ready();
  }

  /** The probe by whose failure the container must be restarted. */
  Optional<Probes.Kind> fatal() {
    return probes.fatal();
  }

  boolean isStopping() {
    return process.isStopping();
  }

  /** Ends the run within the grace period, the preStop hook included. Returns at once. */
  void stop(Duration grace) {
    probes.containerEnds();
    var lifecycle = container.getLifecycle();
    var hook = lifecycle == null ? null : lifecycle.getPreStop();
    process.stop(
        grace,
        hook == null
            ? null
            : () -> {
              try {
                var outcome = actions.hook(hook);
                if (!outcome.ok()) {
                  listener.hookFailed("PreStop", outcome.output());
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** How the run ended; empty while it goes on. */
  Optional<Ended> ended() {
    var end = process.end();
    if (end == null) {
      return Optional.empty();
    }
    probes.close();
    return Optional.of(
        new Ended(
            id(),
            end.exitCode(),
            end.exitCode() == 0 ? "Completed" : "Error",
            message(end.exitCode()),
            startedAt(),
            end.at()));
  }

  private void begin(Duration grace) {
    var lifecycle = container.getLifecycle();
    var hook = lifecycle == null ? null : lifecycle.getPostStart();
    if (hook == null) {
      probes.start();
      return;
    }
    Thread.ofVirtual()
        .name("postStart-" + container.getName())
        .start(
            () -> {
              try {
                var outcome = actions.hook(hook);
                if (outcome.ok()) {
                  probes.start();
                } else {
                  listener.hookFailed("PostStart", outcome.output());
                  stop(grace);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private @Nullable String message(int exitCode) {
    try (var in = Files.newInputStream(process.launch().terminationMessage())) {
      var said = new String(in.readNBytes(MAX_MESSAGE_BYTES), StandardCharsets.UTF_8);
      if (!said.isEmpty()) {
        return said;
      }
      var fallback = "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy());
      return fallback && exitCode != 0 ? endOfLog() : null;
    } catch (IOException e) {
      return "Error on reading termination message from this machine: " + e.getMessage();
    }
  }

  private @Nullable String endOfLog() throws IOException {
    var lines = new ArrayDeque<String>();
    try (var reader = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line.replaceFirst("^\\S+ \\S+ \\S ", ""));
        if (lines.size() > MAX_FALLBACK_LINES) {
          lines.remove();
        }
      }
    }
    var bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    var from = Math.max(0, bytes.length - MAX_FALLBACK_BYTES);
    var text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    return text.isBlank() ? null : text;
  }
}
