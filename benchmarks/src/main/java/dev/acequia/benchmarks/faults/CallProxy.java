package dev.acequia.benchmarks.faults;

import com.sun.net.httpserver.HttpExchange;
import dev.acequia.benchmarks.harness.HttpForward;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.zip.GZIPInputStream;

/** Stands between one process and a service that speaks HTTP, and spoils calls. */
final class CallProxy implements AutoCloseable {
  /** What is of one service's own. */
  interface Protocol {
    /** The moments that a process is at which is about to make this call. */
    List<Moment> moments(Call call);

    /** That there are too many calls. */
    Refusal throttled();
  }

  /**
   * A call.
   *
   * @param name what the service's own header says that it is; empty without one
   * @param body as it was before it was compressed
   */
  record Call(String verb, String name, byte[] body) {}

  /** An answer of the proxy's own. */
  record Refusal(int status, String contentType, String body) {}

  private final HttpForward server;
  private final Protocol protocol;
  private final String nameHeader;
  private final Traps traps;
  private final SpoiledCalls spoiled;

  /**
   * A proxy that listens.
   *
   * @param port of the service on 127.0.0.1
   * @param nameHeader that says what a call is; empty when none does
   */
  CallProxy(
      IntSupplier port, Protocol protocol, String nameHeader, Traps traps, SpoiledCalls spoiled) {
    this.protocol = protocol;
    this.nameHeader = nameHeader;
    this.traps = traps;
    this.spoiled = spoiled;
    server = new HttpForward(port);
    server.start(this::serve);
  }

  int port() {
    return server.port();
  }

  /** A call that gets no answer has its connection closed. */
  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readAllBytes();
      var fault = spoiled.draw();
      if (fault.isPresent()) {
        spoil(fault.get(), exchange, body);
        return;
      }
      switch (traps.springAt(protocol.moments(call(exchange, body)))) {
        case PASS -> HttpForward.answer(exchange, server.forward(exchange, body));
        case LOSE_ANSWER -> {
          var _ = server.forward(exchange, body);
        }
        case CUT -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void spoil(CallFault fault, HttpExchange exchange, byte[] body)
      throws IOException, InterruptedException {
    switch (fault) {
      case THROTTLED -> {
        var refusal = protocol.throttled();
        exchange.getResponseHeaders().set("Content-Type", refusal.contentType());
        HttpForward.answer(
            exchange, refusal.status(), refusal.body().getBytes(StandardCharsets.UTF_8));
      }
      case LOST_CALL -> {}
      case LOST_ANSWER -> {
        var _ = server.forward(exchange, body);
      }
    }
  }

  private Call call(HttpExchange exchange, byte[] body) throws IOException {
    var headers = exchange.getRequestHeaders();
    var name = nameHeader.isEmpty() ? null : headers.getFirst(nameHeader);
    var isGzip = "gzip".equals(headers.getFirst("Content-Encoding"));
    return new Call(
        exchange.getRequestMethod(),
        name == null ? "" : name,
        isGzip ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes() : body);
  }

  @Override
  public void close() {
    server.close();
  }
}
