package dev.acequia.benchmarks.faults;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import dev.acequia.servers.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A consumer process with a way to PostgreSQL of its own. */
final class Member implements AutoCloseable {
  private static final AtomicInteger ADDRESSES = new AtomicInteger();
  private static final Duration GRACE = Duration.ofSeconds(40);

  private final String name;
  private final Process process;
  private final PostgresProxy proxy;
  private final Path termination;
  private final Path log;
  private volatile boolean isKilled;
  private volatile boolean isStopped;

  private Member(String name, Process process, PostgresProxy proxy, Path termination, Path log) {
    this.name = name;
    this.process = process;
    this.proxy = proxy;
    this.termination = termination;
    this.log = log;
  }

  /**
   * Starts one.
   *
   * @param classPath the consumer's; what comes first wins
   */
  static Member start(HistoryPipeline pipeline, String name, String classPath) throws IOException {
    var address = pipeline.servers().postgresAddress();
    var proxy = new PostgresProxy(address);
    var uri =
        pipeline
            .servers()
            .uri(pipeline.name())
            .replace(":" + address.getPort(), ":" + proxy.port());
    var log = pipeline.folder().resolve(name + ".log");
    var builder =
        RuntimeProgram.CONSUMER.on(classPath, pipeline.consumerEnvironment(name, uri), log);
    var number = ADDRESSES.incrementAndGet();
    builder
        .environment()
        .put(
            RuntimeVariable.ACEQUIA_BIND_ADDRESS.name(),
            "127.79." + (ProcessHandle.current().pid() % 250 + 1) + "." + (number % 250 + 1));
    var process = builder.start();
    Lifeline.hold(process);
    return new Member(name, process, proxy, pipeline.folder().resolve(name + ".termination"), log);
  }

  String name() {
    return name;
  }

  PostgresProxy proxy() {
    return proxy;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Neither stopped nor ended. */
  boolean isRunning() {
    return process.isAlive() && !isStopped;
  }

  /** Whether it ended though nobody had it end. */
  boolean hasFailed() {
    return !process.isAlive() && !isKilled && process.exitValue() != 0;
  }

  /** What is left to say of one that has failed. */
  String lastWords() {
    return "%s ended by itself with code %d%s%n%s"
        .formatted(
            name,
            process.exitValue(),
            termination().map(end -> ": " + end.reason() + ", " + end.message()).orElse(""),
            tail());
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

  /** SIGKILL. */
  void kill() {
    isKilled = true;
    process.destroyForcibly();
    await();
    proxy.close();
  }

  /** SIGSTOP: it does nothing, and does not know. */
  void freeze() {
    isStopped = true;
    signal("STOP");
  }

  /** SIGCONT. */
  void wake() {
    signal("CONT");
    isStopped = false;
  }

  /** SIGTERM, and waits. */
  void end() {
    isKilled = true;
    process.destroy();
    await();
    proxy.close();
  }

  @Override
  public void close() {
    kill();
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
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String tail() {
    var lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }
}
