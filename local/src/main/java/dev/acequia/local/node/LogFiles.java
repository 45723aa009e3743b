package dev.acequia.local.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The logs of the node's containers, one file for each run. A file that reaches its limit becomes
 * the {@code .1} of a new one. Logs outlive their Pods, for a person to read, until all of them
 * together reach a limit of their own.
 */
final class LogFiles {
  /** The size at which a run's log is turned over; a run keeps at most twice that. */
  static final long MAX_FILE_BYTES = 10L << 20;

  private static final long MAX_TOTAL_BYTES = 512L << 20;

  private final Path folder;

  LogFiles(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
  }

  /** The log of one run of a container. */
  Path of(String namespace, String pod, String container, int restartCount) {
    return folder.resolve(prefix(namespace, pod) + container + "_" + restartCount + ".log");
  }

  /** Begins the log of one run; what an earlier Pod of the same name left there is gone. */
  LogWriter open(Path file) throws IOException {
    Files.deleteIfExists(turnedOver(file));
    return new LogWriter(file, MAX_FILE_BYTES);
  }

  /** Where a log's older half is. */
  static Path turnedOver(Path file) {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /** Forgets what an earlier Pod of the same name left behind. */
  void forget(String namespace, String pod) throws IOException {
    var name = Pattern.compile(Pattern.quote(prefix(namespace, pod)) + "[^_]+_\\d+\\.log(\\.1)?");
    for (var file : files()) {
      if (name.matcher(file.getFileName().toString()).matches()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Removes a container's runs before the previous one, which nobody can ask for any more. */
  void removeBefore(String namespace, String pod, String container, int restartCount)
      throws IOException {
    var old = of(namespace, pod, container, restartCount - 2);
    Files.deleteIfExists(old);
    Files.deleteIfExists(turnedOver(old));
  }

  /**
   * Deletes the oldest logs of Pods that are gone, until all logs are within their limit.
   *
   * @param live the Pods whose logs stay, each as its {@link #prefix}
   */
  void sweep(Set<String> live) throws IOException {
    var total = 0L;
    var old = new ArrayList<Path>();
    for (var file : files()) {
      total += Files.size(file);
      if (live.stream().noneMatch(file.getFileName().toString()::startsWith)) {
        old.add(file);
      }
    }
    old.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
    for (var file : old) {
      if (total <= MAX_TOTAL_BYTES) {
        return;
      }
      total -= Files.size(file);
      Files.deleteIfExists(file);
    }
  }

  /** What the names of a Pod's logs begin with. */
  static String prefix(String namespace, String pod) {
    return namespace + "_" + pod + "_";
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().matches(".*_\\d+\\.log(\\.1)?")).toList();
    }
  }
}
