package dev.acequia.servers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What stands in for Google BigQuery in tests: <a
 * href="https://github.com/jjviscomi/bqemulator">bqemulator</a> in a process of its own, which
 * computes on DuckDB. It asks nobody for a key, counts no bytes and has no change data capture.
 */
public final class BigQueryServer implements AutoCloseable {
  /** A project that it knows, as it knows all. */
  public static final String PROJECT = "acequia";

  private static final String NAME = "bigquery";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final ChildProcess process;
  private final int restPort;
  private final int grpcPort;

  private BigQueryServer(ChildProcess process, int restPort, int grpcPort) {
    this.process = process;
    this.restPort = restPort;
    this.grpcPort = grpcPort;
  }

  /** Starts a server on ports of its own, or those that this folder held before. */
  public static BigQueryServer start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder), System.err::println);
  }

  /**
   * Starts a server, and waits until it answers.
   *
   * @param ports {@code bigquery} for REST, {@code bigquery-rows} for gRPC
   * @param progress takes a line while bqemulator is installed, which happens once
   * @throws ServerException when it cannot be installed, as without Python, or does not start
   */
  public static BigQueryServer start(Home home, Ports ports, Consumer<String> progress) {
    var scripts = ControlPlaneBinaries.repositoryRoot().resolve("servers/bigquery");
    var python = PythonProgram.installed("bqemulator", scripts, progress);
    var rest = ports.freeFor(NAME, "the stand-in for BigQuery");
    var grpc = ports.freeFor(NAME + "-rows", "the stand-in for BigQuery's Storage Write API");
    home.create();
    var process =
        ChildProcess.start(
            NAME,
            "python",
            List.of(
                python,
                "-B",
                scripts.resolve("serve.py").toString(),
                Integer.toString(rest),
                Integer.toString(grpc),
                home.data().resolve(NAME).toString()),
            Map.of(),
            home);
    var server = new BigQueryServer(process, rest, grpc);
    process.awaitReady(START_LIMIT, server::answers);
    return server;
  }

  /** {@code http://host:port} of the REST interface. */
  public String endpoint() {
    return "http://127.0.0.1:" + restPort;
  }

  /** {@code http://host:port} of the Storage Write API, which is gRPC in the clear. */
  public String storageEndpoint() {
    return "http://127.0.0.1:" + grpcPort;
  }

  /** Any answer will do. */
  private boolean answers() {
    try (var client = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(endpoint())).timeout(Duration.ofSeconds(1)).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() > 0;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    process.stop(STOP_LIMIT);
  }
}
