package dev.acequia.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What stands in for Amazon DynamoDB in tests: <a href="https://github.com/getmoto/moto">moto</a>
 * in a process of its own. It checks no signatures and never throttles. What it holds is there
 * again after it has ended in order, and gone after a kill.
 */
public final class DynamoDbServer implements AutoCloseable {
  /** A region that it knows. */
  public static final String REGION = "us-west-2";

  private static final String NAME = "dynamodb";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final ChildProcess process;
  private final int port;

  private DynamoDbServer(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts a server on a port of its own, or the one that this folder held before. */
  public static DynamoDbServer start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder), System.err::println);
  }

  /**
   * Starts a server, and waits until it answers.
   *
   * @param ports {@code dynamodb}
   * @param progress takes a line while moto is installed, which happens once
   * @throws ServerException when it cannot be installed, as without Python, or does not start
   */
  public static DynamoDbServer start(Home home, Ports ports, Consumer<String> progress) {
    var scripts = ControlPlaneBinaries.repositoryRoot().resolve("servers/dynamodb");
    var python = PythonProgram.installed("moto", scripts, progress);
    var port = ports.freeFor(NAME, "the stand-in for DynamoDB");
    home.create();
    var process =
        ChildProcess.start(
            NAME,
            "python",
            List.of(
                python,
                "-B",
                scripts.resolve("serve.py").toString(),
                Integer.toString(port),
                home.data().resolve(NAME).toString()),
            Map.of(),
            home);
    var server = new DynamoDbServer(process, port);
    process.awaitHttp(START_LIMIT, server.endpoint());
    return server;
  }

  /** {@code http://host:port}. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.stop(STOP_LIMIT);
  }
}
