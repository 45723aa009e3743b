package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program started by this process, with its log file and its record in {@code run/}. */
public final class ChildProcess {
  private static final long LOG_LIMIT_BYTES = 16L << 20;
  private static final int TAIL_BYTES = 4096;
  private static final Duration POLL_INTERVAL = Duration.ofMillis(25);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Path log;
  private final long logStart;
  private final Path run;
  private final Instant startedAt;

  private ChildProcess(String name, Process process, Path log, long logStart, Path run) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.logStart = logStart;
    this.run = run;
    this.startedAt = process.info().startInstant().orElseGet(Instant::now);
  }

  /**
   * Starts a program.
   *
   * @param program the file name of what will run in the end, when {@code command} begins with
   *     programs that only change the user and such
   */
  public static ChildProcess start(
      String name,
      String program,
      List<String> command,
      Map<String, String> environment,
      Home home) {
    home.create();
    var log = home.logs().resolve(name + ".log");
    var builder = new ProcessBuilder(ProcessGroup.apart(command));
    builder.environment().putAll(environment);
    builder.directory(home.data().toFile());
    builder.redirectErrorStream(true);
    try {
      if (Files.exists(log) && Files.size(log) > LOG_LIMIT_BYTES) {
        Files.delete(log);
      }
      Files.writeString(
          log,
          "--- %s: %s%n".formatted(Instant.now(), String.join(" ", command)),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      var logStart = Files.size(log);
      var process = builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
      Lifeline.hold(process);
      ProcessRecord.write(home.run(), name, process.toHandle(), program);
      return new ChildProcess(name, process, log, logStart, home.run());
    } catch (IOException e) {
      throw new ServerException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until the probe says yes.
   *
   * @throws ServerException when the child ends first or the time passes; the child is then killed
   */
  public void awaitReady(Duration limit, BooleanSupplier probe) {
    var deadline = System.nanoTime() + limit.toNanos();
    while (!probe.getAsBoolean()) {
      if (!process.isAlive()) {
        var code = process.exitValue();
        forget();
        throw new ServerException(
            "%s ended with code %d while starting. The end of %s:%n%s"
                .formatted(name, code, log, tail()));
      }
      if (System.nanoTime() > deadline) {
        kill();
        throw new ServerException(
            "%s was not ready after %d s. The end of %s:%n%s"
                .formatted(name, limit.toSeconds(), log, tail()));
      }
      pause();
    }
  }

  /**
   * Waits until a URL has any answer, refusals included.
   *
   * @throws ServerException when the child ends first or the time passes; the child is then killed
   */
  public void awaitHttp(Duration limit, String endpoint) {
    awaitReady(limit, () -> answers(endpoint));
  }

  private static boolean answers(String endpoint) {
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint)).timeout(Duration.ofSeconds(1)).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() > 0;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  public Instant startedAt() {
    return startedAt;
  }

  /** Asks it to end by SIGTERM, and kills it when it has not ended in time. */
  public void stop(Duration grace) {
    process.destroy();
    end(grace);
  }

  /** Sends a signal by its short name, such as INT, and kills it when it has not ended in time. */
  public void stopBy(String signal, Duration grace) {
    signal(signal);
    end(grace);
  }

  /** Sends a signal by its short name, and does not wait for what comes of it. */
  public void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kills it as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    end(KILL_LIMIT);
  }

  /** The last lines that the child wrote since it was started. */
  public String tail() {
    try (var channel = Files.newByteChannel(log)) {
      var from = Math.max(logStart, channel.size() - TAIL_BYTES);
      channel.position(from);
      var bytes = java.nio.ByteBuffer.allocate((int) (channel.size() - from));
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "(its log cannot be read: " + e.getMessage() + ")";
    }
  }

  private void end(Duration grace) {
    try {
      if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        process.waitFor(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    forget();
  }

  private void forget() {
    ProcessRecord.remove(run, name);
  }

  private void pause() {
    try {
      if (process.waitFor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while " + name + " was starting", e);
    }
  }
}
