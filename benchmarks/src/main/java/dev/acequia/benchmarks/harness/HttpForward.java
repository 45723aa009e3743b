package dev.acequia.benchmarks.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;

/** An HTTP server on 127.0.0.1 that can pass calls on to another. */
public final class HttpForward implements AutoCloseable {
  static {
    // Or a small answer waits until the client has acknowledged its headers.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** Headers of one connection, or that a client sets itself. */
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "date",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "transfer-encoding",
          "upgrade");

  /** Connections that wait to be accepted. A consumer makes many at once. */
  private static final int WAITING = 1_024;

  private final HttpServer listener;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final IntSupplier port;

  /**
   * A server that does not listen yet.
   *
   * @param port of the other server on 127.0.0.1
   */
  public HttpForward(IntSupplier port) {
    this.port = port;
    try {
      listener =
          HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), WAITING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listener.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
  }

  /** Starts to listen. An exchange that ends without an answer has its connection closed. */
  public void start(HttpHandler handler) {
    listener.createContext("/", handler);
    listener.start();
  }

  /** The port that it listens on. */
  public int port() {
    return listener.getAddress().getPort();
  }

  /** Has the other server do what a call asks for. */
  public HttpResponse<byte[]> forward(HttpExchange call, byte[] body)
      throws IOException, InterruptedException {
    var uri = URI.create("http://127.0.0.1:" + port.getAsInt() + call.getRequestURI());
    var request =
        HttpRequest.newBuilder(uri)
            .method(call.getRequestMethod(), BodyPublishers.ofByteArray(body));
    call.getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
              }
            });
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  /** Gives the other server's answer. */
  public static void answer(HttpExchange call, HttpResponse<byte[]> answer) throws IOException {
    answer
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> call.getResponseHeaders().add(name, value));
              }
            });
    answer(call, answer.statusCode(), answer.body());
  }

  /** Gives an answer of its own. */
  public static void answer(HttpExchange call, int status, byte[] body) throws IOException {
    call.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      call.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    listener.stop(0);
    client.shutdownNow();
  }
}
