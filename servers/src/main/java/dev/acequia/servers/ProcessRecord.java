package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A note in {@code run/} of a process that was started, by which the next start ends what a killed
 * parent left behind. A pid alone is not enough, since it may by then be someone else's: start time
 * and program must agree too.
 *
 * @param program the file name of what runs, such as {@code etcd}
 */
public record ProcessRecord(long pid, Instant startedAt, String program) {
  /** Two virtual machines may differ by a second in the boot time they reckon from. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  private static final long POLL_NANOS = 20_000_000;
  private static final String SUFFIX = ".pid";

  /** Notes a process that has just been started. */
  public static ProcessRecord write(Path run, String name, ProcessHandle process, String program) {
    var started = process.info().startInstant().orElseGet(Instant::now);
    var note = new ProcessRecord(process.pid(), started, program);
    try {
      Files.createDirectories(run);
      Files.writeString(
          run.resolve(name + SUFFIX),
          "%d %d %s%n".formatted(note.pid, started.toEpochMilli(), program));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return note;
  }

  /** Removes the note of a process that has ended. */
  public static void remove(Path run, String name) {
    try {
      Files.deleteIfExists(run.resolve(name + SUFFIX));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The notes in a folder, by the names they were written under; none when it does not exist. */
  public static List<Named> readAll(Path run) {
    if (!Files.isDirectory(run)) {
      return List.of();
    }
    var found = new ArrayList<Named>();
    try (var files = Files.newDirectoryStream(run, "*" + SUFFIX)) {
      for (var file : files) {
        var name = file.getFileName().toString();
        parse(Files.readString(file))
            .ifPresent(
                note ->
                    found.add(new Named(name.substring(0, name.length() - SUFFIX.length()), note)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /**
   * Ends every noted process that still runs, its descendants included, and removes the notes.
   *
   * @return the names of those that ran
   */
  public static List<String> endLeftovers(Path run, Duration grace) {
    var ended = new ArrayList<String>();
    var handles = new ArrayList<ProcessHandle>();
    for (var named : readAll(run)) {
      named
          .note()
          .process()
          .ifPresent(
              process -> {
                process.descendants().forEach(handles::add);
                handles.add(process);
                ended.add(named.name());
              });
    }
    handles.forEach(ProcessHandle::destroy);
    var deadline = System.nanoTime() + grace.toNanos();
    for (var handle : handles) {
      if (!endsBefore(handle, deadline)) {
        handle.destroyForcibly();
        endsBefore(handle, System.nanoTime() + TimeUnit.SECONDS.toNanos(5));
      }
    }
    readAll(run).forEach(named -> remove(run, named.name()));
    return ended;
  }

  /** The noted process, if it still runs and is the same one. */
  public Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(ProcessRecord::runs).filter(this::isTheSame);
  }

  private boolean isTheSame(ProcessHandle process) {
    var info = process.info();
    var sameTime =
        info.startInstant()
            .map(now -> Duration.between(startedAt, now).abs().compareTo(CLOCK_TOLERANCE) <= 0)
            .orElse(true);
    var sameProgram =
        info.command()
            .map(command -> Path.of(command).getFileName().toString().startsWith(program))
            .orElse(true);
    return sameTime && sameProgram;
  }

  private static boolean endsBefore(ProcessHandle process, long deadlineNanos) {
    while (runs(process)) {
      if (System.nanoTime() > deadlineNanos || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** Whether it runs; one that has ended and only waits for its parent to notice does not. */
  private static boolean runs(ProcessHandle process) {
    return process.isAlive() && !isZombie(process.pid());
  }

  private static boolean isZombie(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException noSuchFolderOrGone) {
      return false;
    }
  }

  private static Optional<ProcessRecord> parse(String line) {
    var words = line.strip().split(" ", 3);
    try {
      return words.length < 3
          ? Optional.empty()
          : Optional.of(
              new ProcessRecord(
                  Long.parseLong(words[0]),
                  Instant.ofEpochMilli(Long.parseLong(words[1])),
                  words[2]));
    } catch (NumberFormatException torn) {
      return Optional.empty(); // written while its writer was killed
    }
  }

  /** A note and the name it was written under. */
  public record Named(String name, ProcessRecord note) {}
}
