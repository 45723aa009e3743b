package dev.acequia.local.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Processes of a node that was killed: the next one ends them before it starts any. */
final class Orphans {
  /** Time for SIGKILL to have its effect. */
  private static final Duration KILL_TIME = Duration.ofSeconds(5);

  private Orphans() {}

  /**
   * Ends what is left of the processes recorded below a folder, by SIGTERM and, after the grace, by
   * SIGKILL. Returns how many there were.
   */
  static int end(Path folder, Duration grace) throws IOException, InterruptedException {
    var processes = new HashSet<ProcessHandle>();
    var ids = new HashSet<String>();
    var files = recordsBelow(folder);
    for (var file : files) {
      var left = ContainerRecord.read(file);
      left.map(ContainerRecord::containerId).ifPresent(ids::add);
      left.flatMap(ContainerRecord::process)
          .ifPresent(
              process -> {
                processes.add(process);
                process.descendants().forEach(processes::add);
              });
    }
    processes.addAll(ProcessMark.find(ids));
    processes.forEach(ProcessHandle::destroy);
    awaitEnd(processes, grace);
    processes.forEach(ProcessHandle::destroyForcibly);
    var late = ProcessMark.find(ids); // those that they started meanwhile
    late.forEach(ProcessHandle::destroyForcibly);
    processes.addAll(late);
    awaitEnd(processes, KILL_TIME);
    for (var file : files) {
      Files.deleteIfExists(file);
    }
    return processes.size();
  }

  private static List<Path> recordsBelow(Path folder) throws IOException {
    var found = new ArrayList<Path>();
    if (Files.isDirectory(folder)) {
      try (var pods = Files.newDirectoryStream(folder)) {
        for (var pod : pods) {
          found.addAll(new PodFolder(pod).processRecords());
        }
      }
    }
    return found;
  }

  private static void awaitEnd(Set<ProcessHandle> processes, Duration grace)
      throws InterruptedException {
    var ends = processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(grace.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      // The caller sees to those that are left.
    }
  }
}
