package dev.acequia.local.node;

import dev.acequia.local.node.ContainerView.Ended;
import dev.acequia.local.node.ContainerView.Waiting;
import dev.acequia.local.node.KubeletEndpoint.LogSource;
import dev.acequia.local.node.KubeletEndpoint.NoLog;
import java.util.Optional;
import java.util.function.BiFunction;

/** Which file holds the log that somebody asks for. */
final class PodLogs implements KubeletEndpoint.LogFinder {
  private final LogFiles files;
  private final BiFunction<String, String, Optional<PodWorker>> pods;

  /**
   * Finds logs.
   *
   * @param pods the Pod of a namespace and name
   */
  PodLogs(LogFiles files, BiFunction<String, String, Optional<PodWorker>> pods) {
    this.files = files;
    this.pods = pods;
  }

  @Override
  public LogSource find(String namespace, String pod, String container, boolean previous)
      throws NoLog {
    var worker =
        pods.apply(namespace, pod)
            .orElseThrow(() -> new NoLog(404, "pod \"" + pod + "\" does not exist"));
    var view =
        container(worker, container)
            .orElseThrow(
                () ->
                    new NoLog(
                        400,
                        "container \"%s\" in pod \"%s\" is not available"
                            .formatted(container, pod)));
    var run = run(view, pod, previous);
    return new LogSource(
        files.of(namespace, pod, container, run),
        () -> container(worker, container).filter(now -> isIn(now, run)).isPresent());
  }

  private static int run(ContainerView view, String pod, boolean previous) throws NoLog {
    var waits = view.state() instanceof Waiting;
    if (previous) {
      if (view.last() == null) {
        throw new NoLog(
            400,
            "previous terminated container \"%s\" in pod \"%s\" not found"
                .formatted(view.name(), pod));
      }
      return waits ? view.restartCount() : view.restartCount() - 1;
    }
    if (view.state() instanceof Waiting waiting && view.last() == null) {
      throw new NoLog(
          400,
          "container \"%s\" in pod \"%s\" is waiting to start: %s"
              .formatted(view.name(), pod, waiting.reason()));
    }
    if (view.state() instanceof Ended ended && ended.containerId().isEmpty()) {
      throw new NoLog(400, "container \"%s\" in pod \"%s\" never ran".formatted(view.name(), pod));
    }
    return view.restartCount();
  }

  private static boolean isIn(ContainerView view, int run) {
    return view.isRunning() && view.restartCount() == run;
  }

  private static Optional<ContainerView> container(PodWorker worker, String name) {
    var view = worker.view();
    return view == null
        ? Optional.empty()
        : view.containers().stream().filter(c -> c.name().equals(name)).findFirst();
  }
}
