package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers calls of the REST interface with what it was given, one after the other. */
final class ScriptedService implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;
  private final Queue<Reply> replies = new ArrayDeque<>();
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

  /**
   * An answer.
   *
   * @param lost how many bytes of its end do not come
   */
  private record Reply(int status, String body, int lost) {}

  /** What was asked. */
  record Call(String verb, String path, String query, JsonNode body) {}

  ScriptedService() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Adds an answer; after the last one, all is well and there is nothing to say. */
  ScriptedService reply(String body) {
    return reply(200, body);
  }

  ScriptedService reply(int status, String body) {
    replies.add(new Reply(status, body, 0));
    return this;
  }

  ScriptedService refuse(int status, String reason) {
    return reply(
        status,
        "{\"error\":{\"code\":%d,\"message\":\"about acequia:read.flights\",\"errors\":[{\"reason\":\"%s\"}]}}"
            .formatted(status, reason));
  }

  /** Adds an answer whose end does not come. */
  ScriptedService breakOff(String body, int lost) {
    replies.add(new Reply(200, body, lost));
    return this;
  }

  /** The first call that was not looked at yet; waits for one. */
  Call call() throws InterruptedException {
    var call = calls.poll(10, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("nothing was asked");
    }
    return call;
  }

  boolean hasBeenAsked() {
    return !calls.isEmpty();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readAllBytes();
      Reply reply;
      synchronized (this) {
        reply = replies.isEmpty() ? new Reply(200, "{}", 0) : replies.remove();
        var uri = exchange.getRequestURI();
        calls.add(
            new Call(
                exchange.getRequestMethod(),
                uri.getPath(),
                String.valueOf(uri.getQuery()),
                JSON.readTree(body)));
      }
      var bytes = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), bytes.length);
      exchange.getResponseBody().write(bytes, 0, bytes.length - reply.lost());
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
