package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import dev.acequia.servers.Lifeline;
import dev.acequia.servers.ProcessGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that ends with this one, with a log file and a meter. */
public final class MeasuredProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final int SHOWN_LINES = 20;

  private final String name;
  private final Process process;
  private final Path log;
  private final ProcessMeter meter;
  private final long startedNanos;

  private MeasuredProcess(String name, Process process, Path log, long startedNanos) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.startedNanos = startedNanos;
    meter = new ProcessMeter(process.pid());
  }

  /**
   * Starts a program in a process group of its own.
   *
   * @param environment on top of this process's
   */
  public static MeasuredProcess start(
      String name, List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    var builder = new ProcessBuilder(ProcessGroup.apart(command));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    var startedNanos = System.nanoTime();
    var process = builder.start();
    Lifeline.hold(process);
    return new MeasuredProcess(name, process, log, startedNanos);
  }

  /** {@link System#nanoTime} just before it was started. */
  public long startedNanos() {
    return startedNanos;
  }

  public Process process() {
    return process;
  }

  /** What it and its children have used. */
  public ProcessUsage usage() {
    checkAlive();
    return meter.usage();
  }

  /**
   * Fails when the process has ended.
   *
   * @throws CommandException with the end of its log
   */
  public void checkAlive() {
    if (!process.isAlive()) {
      throw new CommandException(
          "%s ended with code %d. %s".formatted(name, process.exitValue(), said()));
    }
  }

  /**
   * Waits for its end.
   *
   * @throws CommandException when it fails or takes too long
   */
  public void awaitSuccess(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new CommandException(
          "%s has not ended after %d s. %s".formatted(name, limit.toSeconds(), said()));
    }
    if (process.exitValue() != 0) {
      checkAlive();
    }
  }

  /** Ends it in order, or kills it when it takes too long. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The end of its log. */
  public String said() {
    try {
      var lines = Files.readAllLines(log);
      return "The end of its log:\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      return "Its log cannot be read: " + e;
    }
  }
}
