package dev.acequia.benchmarks.faults;

import dev.acequia.contract.Termination;
import dev.acequia.servers.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A program of the product that runs, with its log and its last word. */
final class RuntimeProcess {
  private static final Duration GRACE = Duration.ofSeconds(40);
  private static final int LAST_LINES = 15;

  private final Process process;
  private final Path log;
  private final Path termination;

  private RuntimeProcess(Process process, Path log, Path termination) {
    this.process = process;
    this.log = log;
    this.termination = termination;
  }

  /** Starts it; it ends with this process at the latest. */
  static RuntimeProcess start(ProcessBuilder builder, Path log, Path termination)
      throws IOException {
    Files.deleteIfExists(termination);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    var process = builder.start();
    Lifeline.hold(process);
    return new RuntimeProcess(process, log, termination);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Of one that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  /** Whether it ends within that time. */
  boolean endsWithin(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Why it needs a person. */
  Optional<Termination> termination() {
    try {
      return Files.exists(termination)
          ? Termination.parse(Files.readString(termination))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String lastLines() {
    var lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /** SIGKILL, and waits. */
  void kill() {
    process.destroyForcibly();
    await();
  }

  /** SIGTERM, and waits. */
  void end() {
    process.destroy();
    await();
  }

  /**
   * Sends SIGSTOP and waits until all threads stop. They run on until the kernel schedules the
   * thread that it picked for the signal.
   */
  void freeze() {
    signal("STOP");
    var deadline = System.nanoTime() + GRACE.toNanos();
    while (isAlive() && !hasStopped()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("process %d did not stop".formatted(process.pid()));
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean hasStopped() {
    try (var threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
      return threads.allMatch(RuntimeProcess::isStopped);
    } catch (IOException e) {
      return !isAlive();
    }
  }

  /** The state follows the thread's name in parentheses, which may contain parentheses. */
  private static boolean isStopped(Path thread) {
    try {
      var line = Files.readString(thread.resolve("stat"));
      return line.startsWith(") T", line.lastIndexOf(')'));
    } catch (IOException e) {
      return true; // it has ended
    }
  }

  /** SIGCONT. */
  void wake() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() {
    try {
      if (!endsWithin(GRACE)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
