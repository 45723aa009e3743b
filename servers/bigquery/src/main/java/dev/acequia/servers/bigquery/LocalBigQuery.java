package dev.acequia.servers.bigquery;

import dev.acequia.servers.ServerException;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for BigQuery in this process: all projects are known, nobody is asked for a key, and
 * all that it holds is in memory.
 *
 * <p>Statements are analyzed and computed by GoogleSQL's reference implementation. It has the
 * service's rules for offsets of streams, for changes of keys and their sequences, and for what a
 * query is billed. It does not play partitions: none expires, and none is left out of a query's
 * bytes. A statement never meets another one.
 */
public final class LocalBigQuery implements AutoCloseable {
  /** A project that it knows, as it knows all. */
  public static final String PROJECT = "acequia";

  private static final int LARGEST_MESSAGE = 64 << 20;

  private final Warehouse warehouse;
  private final @Nullable Path file;
  private final RestInterface rest;
  private final RowsInterface rows;
  private Server server;

  private LocalBigQuery(@Nullable Path file, int restPort, int rowsPort) throws IOException {
    this.file = file;
    warehouse = new Warehouse(new Engine());
    if (file != null) {
      Snapshot.read(file, warehouse);
    }
    rest = new RestInterface(warehouse, restPort);
    rows = new RowsInterface(warehouse);
    server = started(rowsPort);
  }

  /** Starts one on free ports of the loopback interface, with nothing in it. */
  public static LocalBigQuery start() {
    return start(null, 0, 0);
  }

  /**
   * Starts one that goes on where the last one ended in order.
   *
   * @param file what it holds while none runs; null to hold it in memory alone
   * @param restPort 0 for a free one
   * @param rowsPort of the Storage Write API; 0 for a free one
   */
  static LocalBigQuery start(@Nullable Path file, int restPort, int rowsPort) {
    try {
      return new LocalBigQuery(file, restPort, rowsPort);
    } catch (IOException e) {
      throw new ServerException("The stand-in for BigQuery cannot be started: " + e, e);
    } catch (LinkageError e) {
      throw new ServerException(
          "GoogleSQL's reference implementation cannot be loaded: it is there for Linux on x86-64 and for macOS only ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private Server started(int port) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .addService(rows)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .build()
        .start();
  }

  /** {@code http://host:port} of the REST interface. */
  public String endpoint() {
    return "http://127.0.0.1:" + rest.port();
  }

  /** {@code http://host:port} of the Storage Write API, which is gRPC in the clear. */
  public String storageEndpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** What happens to calls from now on. */
  public void faults(Faults faults) {
    rest.faults(faults);
    rows.faults(faults);
  }

  /**
   * Refuses rows of appends, as the service does by an error of the row.
   *
   * @param refused is given a row's fields by name, as the protocol has them
   */
  public void refuse(Predicate<Map<String, Object>> refused) {
    rows.refuse(refused);
  }

  /** How many connections for rows were made so far. */
  public int connections() {
    return rows.connections();
  }

  /** Breaks all connections of the Storage Write API. */
  public void cutConnections() {
    var port = server.getPort();
    end();
    try {
      server = started(port);
    } catch (IOException e) {
      throw new ServerException("The stand-in for BigQuery cannot go on: " + e, e);
    }
  }

  private void end() {
    try {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it in order. */
  @Override
  public void close() {
    rest.close();
    end();
    if (file != null) {
      try {
        Snapshot.write(file, warehouse);
      } catch (IOException e) {
        throw new ServerException("The stand-in for BigQuery cannot keep what it has: " + e, e);
      }
    }
  }
}
