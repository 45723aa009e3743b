package dev.acequia.local.node;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port on which the API server asks the node for logs. It listens on the loopback address
 * alone. What a kubelet does there besides (exec, attach, port-forward) is refused with a sentence.
 */
final class KubeletEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubeletEndpoint.class);

  /**
   * A log that is there.
   *
   * @param running whether more may be written to it
   */
  record LogSource(Path file, BooleanSupplier running) {}

  /** A log that is not there. */
  static final class NoLog extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    NoLog(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /** Finds logs. */
  interface LogFinder {
    LogSource find(String namespace, String pod, String container, boolean previous) throws NoLog;
  }

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final LogFinder logs;

  private KubeletEndpoint(HttpsServer server, LogFinder logs) {
    this.server = server;
    this.logs = logs;
  }

  /**
   * Starts to listen.
   *
   * @param folder where the certificate is kept
   * @param port 0 for any
   */
  static KubeletEndpoint start(
      int port, Path folder, Optional<Path> clientAuthority, LogFinder logs)
      throws IOException, InterruptedException {
    var address = new InetSocketAddress(InetAddress.ofLiteral(NodeContext.HOST_ADDRESS), port);
    var tls = ServerCertificate.context(folder, clientAuthority);
    var server = listen(address);
    server.setHttpsConfigurator(
        new HttpsConfigurator(tls) {
          @Override
          public void configure(HttpsParameters parameters) {
            var ssl = tls.getDefaultSSLParameters();
            ssl.setNeedClientAuth(clientAuthority.isPresent());
            parameters.setSSLParameters(ssl);
          }
        });
    var endpoint = new KubeletEndpoint(server, logs);
    server.setExecutor(endpoint.threads);
    server.createContext("/", endpoint::handle);
    server.start();
    return endpoint;
  }

  private static HttpsServer listen(InetSocketAddress address) throws IOException {
    try {
      return HttpsServer.create(address, 0);
    } catch (BindException e) {
      throw new IOException(
          "Port %d of 127.0.0.1, on which the API server fetches logs, is in use"
              .formatted(address.getPort()),
          e);
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath().split("/", -1);
      var page = path.length > 1 ? path[1] : "";
      switch (page) {
        case "healthz" -> answer(exchange, 200, "ok");
        case "containerLogs" -> {
          if (path.length == 5) {
            sendLog(exchange, path[2], path[3], path[4]);
          } else {
            answer(exchange, 404, "/containerLogs/<namespace>/<pod>/<container>");
          }
        }
        case "exec", "run", "attach", "portForward" ->
            answer(
                exchange,
                501,
                page
                    + " is not supported by the local node: a Pod's containers are processes of"
                    + " this machine, and listen on the Pod's own address");
        default -> answer(exchange, 404, "the local node has no page " + page);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void sendLog(HttpExchange exchange, String namespace, String pod, String container)
      throws IOException, InterruptedException {
    LogQuery query;
    LogSource source;
    try {
      query = LogQuery.parse(parameters(exchange), Clock.systemUTC());
      source = logs.find(namespace, pod, container, query.previous());
    } catch (IllegalArgumentException e) {
      answer(exchange, 400, String.valueOf(e.getMessage()));
      return;
    } catch (NoLog e) {
      answer(exchange, e.status(), String.valueOf(e.getMessage()));
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    try (var out = exchange.getResponseBody()) {
      out.flush();
      new LogReader(source.file(), query, out).send(source.running());
    } catch (IOException e) {
      LOG.debug("Reader of {}'s log has gone: {}", pod, e.toString());
    }
  }

  private static Map<String, String> parameters(HttpExchange exchange) {
    var parameters = new HashMap<String, String>();
    @Nullable String query = exchange.getRequestURI().getRawQuery();
    if (query != null) {
      for (var part : query.split("&", -1)) {
        var pair = part.split("=", 2);
        parameters.put(decoded(pair[0]), pair.length == 2 ? decoded(pair[1]) : "true");
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    var body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
