package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ServerException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A process that runs a platform until it is told to end. */
public final class PlatformProcess {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  private PlatformProcess() {}

  /**
   * For {@code up --detach}: the platform's folder, the repository's root, whether Kafka asks for a
   * log-on, and more servers.
   */
  public static void main(String[] arguments) {
    logTo(new PlatformFiles(Path.of(arguments[0])));
    var files = new PlatformFiles(Path.of(arguments[0]));
    try {
      var servers =
          Arrays.stream(arguments).skip(3).map(OptionalServer::valueOf).collect(Collectors.toSet());
      var settings =
          PlatformSettings.of(files, Path.of(arguments[1]))
              .with(servers)
              .withSecureKafka(Boolean.parseBoolean(arguments[2]));
      run(settings, System.out::println, platform -> true);
    } catch (CommandException | ServerException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    } catch (IOException e) {
      System.out.println(e);
      System.exit(1);
    }
  }

  /**
   * Runs a platform until SIGINT or SIGTERM, and stops it in order then, be it ready or still
   * starting.
   *
   * @param whenReady is called once; whether the platform is to stay, else it is stopped at once
   */
  public static void run(
      PlatformSettings settings, Consumer<String> out, Predicate<LocalPlatform> whenReady)
      throws IOException {
    var starter = Thread.currentThread();
    var started = new CompletableFuture<Optional<LocalPlatform>>();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("stop").unstarted(() -> stop(starter, started, out)));
    try {
      var platform = LocalPlatform.start(settings, out);
      started.complete(Optional.of(platform));
      if (whenReady.test(platform)) {
        new CountDownLatch(1).await();
      } else {
        platform.close();
      }
    } catch (InterruptedException e) {
      starter.interrupt();
    } finally {
      started.complete(Optional.empty()); // when it could not be started
    }
  }

  private static void stop(
      Thread starter, CompletableFuture<Optional<LocalPlatform>> started, Consumer<String> out) {
    if (!started.isDone()) {
      out.accept("stopping before all was started");
      starter.interrupt();
    }
    started
        .completeOnTimeout(Optional.empty(), STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)
        .join()
        .ifPresent(
            platform -> {
              try {
                platform.close();
              } catch (IOException e) {
                out.accept(e.toString());
              }
            });
  }

  /** Sends this process' own log lines (clients' warnings and the like) to a file. */
  static void logTo(PlatformFiles files) {
    files.logs().toFile().mkdirs();
    System.setProperty(
        "org.slf4j.simpleLogger.logFile",
        files.logs().resolve("platform-internals.log").toString());
    System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
    System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd HH:mm:ss.SSS");
  }
}
