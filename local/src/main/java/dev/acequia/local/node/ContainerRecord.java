package dev.acequia.local.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is on disk about a container's process, so that a node that was killed ends it when it
 * starts again. It is written before the process exists, and completed after.
 *
 * @param containerId the mark of the process
 * @param pid 0 before the process exists
 * @param startedAt tells the process from a later one with the same pid, in ms since the epoch
 */
record ContainerRecord(String containerId, long pid, long startedAt) {
  /** The system's clock of process starts is reckoned from the boot time, which is corrected. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  static ContainerRecord planned(String containerId) {
    return new ContainerRecord(containerId, 0, 0);
  }

  static ContainerRecord of(String containerId, ProcessHandle process) {
    var start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return new ContainerRecord(containerId, process.pid(), start);
  }

  /** The process, if it is still the one that was started. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isTheSame);
  }

  private boolean isTheSame(ProcessHandle process) {
    var start = process.info().startInstant().map(Instant::toEpochMilli).orElse(-1L);
    var near = Math.abs(start - startedAt) <= CLOCK_TOLERANCE.toMillis();
    return near
        && (!ProcessMark.isReadable()
            || ProcessMark.of(process.pid()).filter(containerId::equals).isPresent());
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    var draft = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(draft, containerId + " " + pid + " " + startedAt + "\n");
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads a record; empty when the file is not one. */
  static Optional<ContainerRecord> read(Path file) throws IOException {
    var words = Files.readString(file).strip().split(" ", -1);
    if (words.length != 3 || !words[1].matches("\\d+") || !words[2].matches("\\d+")) {
      return Optional.empty();
    }
    return Optional.of(
        new ContainerRecord(words[0], Long.parseLong(words[1]), Long.parseLong(words[2])));
  }
}
