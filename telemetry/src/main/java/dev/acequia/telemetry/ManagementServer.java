package dev.acequia.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The management port of a process: {@code /health/live}, {@code /health/ready} and {@code
 * /metrics}.
 */
public final class ManagementServer implements AutoCloseable {
  /** The port of every process's management endpoint. */
  public static final int PORT = 8081;

  /** Of an API only: 503 with the store's words while it cannot be read. */
  public static final String READ_PATH = "/health/read";

  static {
    // Any Pod may send half a request, or read an answer byte by byte. The JDK reads these once,
    // before the first server: the seconds for a request and for its answer.
    System.setProperty("sun.net.httpserver.maxReqTime", "10");
    System.setProperty("sun.net.httpserver.maxRspTime", "10");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private ManagementServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts answering.
   *
   * @param bindAddress the address to listen on, all when absent
   * @param port the port, 0 for any free one
   * @param live why the process must be restarted, empty while it is fine
   * @param ready why the process cannot work now, empty while it can
   */
  public static ManagementServer start(
      Optional<String> bindAddress,
      int port,
      PrometheusRegistry registry,
      Supplier<Optional<String>> live,
      Supplier<Optional<String>> ready)
      throws IOException {
    JvmMetrics.builder().register(registry);
    @Nullable InetAddress address =
        bindAddress.isPresent() ? InetAddress.getByName(bindAddress.get()) : null;
    var server =
        HttpServer.create(
            address == null ? new InetSocketAddress(port) : new InetSocketAddress(address, port),
            0);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/metrics", new SharedHandler(new MetricsHandler(registry)));
    server.createContext("/health/live", exchange -> answer(exchange, live.get()));
    server.createContext("/health/ready", exchange -> answer(exchange, ready.get()));
    server.start();
    return new ManagementServer(server, threads);
  }

  /**
   * Answers another question about the process.
   *
   * @param path such as {@link #READ_PATH}
   * @param trouble why it is not well in this respect, empty while it is
   */
  public ManagementServer with(String path, Supplier<Optional<String>> trouble) {
    server.createContext(path, exchange -> answer(exchange, trouble.get()));
    return this;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, Optional<String> trouble) throws IOException {
    try (exchange) {
      var body = (trouble.orElse("ok") + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(trouble.isPresent() ? 503 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
