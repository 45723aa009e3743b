package dev.acequia.servers.bigquery;

import dev.acequia.servers.ChildProcess;
import dev.acequia.servers.Home;
import dev.acequia.servers.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * {@link LocalBigQuery} in a Java process of its own, on the class path of this one. What it holds
 * is there again after it has ended in order, and gone after a kill.
 */
public final class BigQueryServer implements AutoCloseable {
  private static final String NAME = "bigquery";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final ChildProcess process;
  private final int restPort;
  private final int rowsPort;

  private BigQueryServer(ChildProcess process, int restPort, int rowsPort) {
    this.process = process;
    this.restPort = restPort;
    this.rowsPort = rowsPort;
  }

  /** Starts a server on ports of its own, or those that this folder held before. */
  public static BigQueryServer start(Path folder) {
    return start(Home.at(folder), Ports.keptIn(folder));
  }

  /**
   * Starts a server, and waits until it answers.
   *
   * @param ports {@code bigquery} for REST, {@code bigquery-rows} for the Storage Write API
   */
  public static BigQueryServer start(Home home, Ports ports) {
    var rest = ports.freeFor(NAME, "the stand-in for BigQuery");
    var rows = ports.freeFor(NAME + "-rows", "the stand-in for BigQuery's Storage Write API");
    home.create();
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            Main.class.getName(),
            home.data().resolve(NAME).toString(),
            Integer.toString(rest),
            Integer.toString(rows));
    var process =
        ChildProcess.start(
            NAME,
            "java",
            command,
            Map.of("CLASSPATH", System.getProperty("java.class.path")),
            home);
    var server = new BigQueryServer(process, rest, rows);
    process.awaitHttp(START_LIMIT, server.endpoint());
    return server;
  }

  /** {@code http://host:port} of the REST interface. */
  public String endpoint() {
    return "http://127.0.0.1:" + restPort;
  }

  /** {@code http://host:port} of the Storage Write API, which is gRPC in the clear. */
  public String storageEndpoint() {
    return "http://127.0.0.1:" + rowsPort;
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

  /** Ends it in order. */
  @Override
  public void close() {
    process.stop(STOP_LIMIT);
  }

  /** What the child process runs. */
  static final class Main {
    private Main() {}

    /**
     * Runs until it is asked to end.
     *
     * @param arguments the file for what it holds, the port of REST, the port for rows
     */
    public static void main(String[] arguments) throws InterruptedException {
      var warehouse =
          LocalBigQuery.start(
              Path.of(arguments[0]),
              Integer.parseInt(arguments[1]),
              Integer.parseInt(arguments[2]));
      Runtime.getRuntime().addShutdownHook(new Thread(warehouse::close, "end"));
      Thread.currentThread().join();
    }
  }
}
