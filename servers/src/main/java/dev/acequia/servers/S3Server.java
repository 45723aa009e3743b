package dev.acequia.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An S3 server over a folder in a process of its own: <a
 * href="https://github.com/versity/versitygw">VersityGW</a>. It checks signatures as S3 does. A
 * bucket is a folder below {@code buckets}, an object a file with extended attributes.
 */
public final class S3Server implements AutoCloseable {
  /** The region that requests must be signed for. */
  public static final String REGION = "us-west-2";

  private static final String NAME = "versitygw";
  private static final String ACCESS_KEY_ID = "acequia";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Path program;
  private final ChildProcess process;
  private final Path buckets;
  private final Path accessLog;
  private final int port;
  private final String secret;

  private S3Server(
      Path program, ChildProcess process, Path buckets, Path accessLog, int port, String secret) {
    this.program = program;
    this.process = process;
    this.buckets = buckets;
    this.accessLog = accessLog;
    this.port = port;
    this.secret = secret;
  }

  /** Starts a server on a port of its own, or the one that this folder held before. */
  public static S3Server start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder), System.err::println);
  }

  /**
   * Starts a server, and waits until it answers.
   *
   * @param ports {@code s3}
   * @param progress takes a line at a time while the server is compiled, which happens once
   */
  public static S3Server start(Home home, Ports ports, Consumer<String> progress) {
    var module = ControlPlaneBinaries.repositoryRoot().resolve("servers/s3");
    var program = GoProgram.compiled(NAME, module, progress);
    var port = ports.freeFor("s3", "the S3 server");
    home.create();
    var buckets = home.data().resolve("buckets");
    var users = home.data().resolve("users");
    var accessLog = home.logs().resolve("s3-access.log");
    try {
      Files.createDirectories(buckets);
      Files.createDirectories(users);
      var secret = KeptPassword.in(home.data().resolve("s3-secret-access-key"));
      var command =
          List.of(
              program.toString(),
              "--port=127.0.0.1:" + port,
              "--region=" + REGION,
              "--keep-alive",
              "--quiet",
              "--access-log=" + accessLog,
              "--iam-dir=" + users,
              "posix",
              buckets.toString());
      var environment =
          Map.of("ROOT_ACCESS_KEY_ID", ACCESS_KEY_ID, "ROOT_SECRET_ACCESS_KEY", secret);
      var process = ChildProcess.start("s3", NAME, command, environment, home);
      var server = new S3Server(program, process, buckets, accessLog, port, secret);
      process.awaitHttp(START_LIMIT, server.endpoint());
      return server;
    } catch (IOException e) {
      throw new ServerException(
          "The S3 server cannot be started in %s: %s".formatted(home.data(), e), e);
    }
  }

  /** {@code http://host:port}. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The user who may do everything. */
  public String accessKeyId() {
    return ACCESS_KEY_ID;
  }

  public String secretAccessKey() {
    return secret;
  }

  /** Creates a bucket if it does not exist yet. */
  public void createBucket(String name) {
    try {
      Files.createDirectories(buckets.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Creates a user, who may do what policies of buckets say. */
  public void createUser(String accessKeyId, String secretAccessKey) {
    var admin =
        new ProcessBuilder(
                program.toString(),
                "admin",
                "--endpoint-url=" + endpoint(),
                "--region=" + REGION,
                "create-user",
                "--access=" + accessKeyId,
                "--secret=" + secretAccessKey,
                "--role=user")
            .redirectErrorStream(true);
    admin.environment().put("ADMIN_ACCESS_KEY_ID", ACCESS_KEY_ID);
    admin.environment().put("ADMIN_SECRET_ACCESS_KEY", secret);
    try {
      var running = admin.start();
      var said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (running.waitFor() != 0) {
        throw new ServerException("The S3 server creates no user: " + said.strip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while a user was created", e);
    }
  }

  /** One line for each request, as S3 writes its access logs. */
  public Path accessLog() {
    return accessLog;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The process id of the server. */
  public long pid() {
    return process.pid();
  }

  public Instant startedAt() {
    return process.startedAt();
  }

  /** SIGSTOP: its port takes connections, and nobody answers on them. */
  public void freeze() {
    process.signal("STOP");
  }

  /** SIGCONT. */
  public void wake() {
    process.signal("CONT");
  }

  /** Ends the server in order. */
  public void stop() {
    process.stop(STOP_LIMIT);
  }

  /** Ends the server as a power cut does. */
  public void kill() {
    process.kill();
  }

  @Override
  public void close() {
    stop();
  }
}
