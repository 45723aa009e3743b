package dev.acequia.stores.dynamodb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a server and spoils some of the answers, or does half of what is asked. */
final class FaultyDynamo implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<String> PASSED_ON =
      List.of("X-Amz-Target", "Content-Type", "Authorization", "X-Amz-Date");

  /** What becomes of a call. */
  enum Fault {
    /** The service asks for fewer calls. */
    THROTTLED,
    /** The connection ends before the service hears of it. */
    LOST_CALL,
    /** The service has done the work and nobody hears of it. */
    LOST_ANSWER,
    /** The service fails after it has done the work. */
    FAILED_AFTER,
    /** The service does the first half of a batch; all of any other call. */
    HALF_DONE
  }

  private final HttpServer listener;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI server;
  private final Random random;
  private final Map<Fault, AtomicLong> counts = new EnumMap<>(Fault.class);
  private volatile List<Fault> faults = List.of();
  private volatile double share;

  /** Spoils nothing yet. */
  FaultyDynamo(String server, long seed) {
    this.server = URI.create(server);
    random = new Random(seed);
    for (var fault : Fault.values()) {
      counts.put(fault, new AtomicLong());
    }
    try {
      listener = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listener.createContext("/", this::serve);
    listener.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    listener.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + listener.getAddress().getPort();
  }

  /**
   * Spoils some calls from now on.
   *
   * @param share of the calls, 0 to 1
   */
  void spoil(double share, Fault... faults) {
    this.faults = List.of(faults);
    this.share = share;
  }

  /** How often a fault was inflicted. */
  long count(Fault fault) {
    var count = counts.get(fault);
    return count == null ? 0 : count.get();
  }

  private synchronized Optional<Fault> draw() {
    return random.nextDouble() < share
        ? Optional.of(faults.get(random.nextInt(faults.size())))
        : Optional.empty();
  }

  private void serve(HttpExchange call) throws IOException {
    try (call) {
      var body = call.getRequestBody().readAllBytes();
      var drawn = draw();
      if (drawn.isEmpty()) {
        answer(call, forward(call, body));
        return;
      }
      var fault = drawn.get();
      Objects.requireNonNull(counts.get(fault)).incrementAndGet();
      switch (fault) {
        case THROTTLED -> answer(call, error(400, "ProvisionedThroughputExceededException"));
        case LOST_CALL -> {}
        case LOST_ANSWER -> forward(call, body);
        case FAILED_AFTER -> {
          forward(call, body);
          answer(call, error(500, "InternalServerError"));
        }
        case HALF_DONE -> answer(call, half(call, body));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Answer(int status, byte[] body) {}

  private static Answer error(int status, String type) {
    return new Answer(
        status,
        "{\"__type\":\"com.amazonaws.dynamodb.v20120810#%s\",\"message\":\"by the test\"}"
            .formatted(type)
            .getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange call, Answer answer) throws IOException {
    call.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
    call.sendResponseHeaders(
        answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
    call.getResponseBody().write(answer.body());
  }

  private Answer forward(HttpExchange call, byte[] body) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(server).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    for (var header : PASSED_ON) {
      var value = call.getRequestHeaders().getFirst(header);
      if (value != null) {
        request.header(header, value);
      }
    }
    var answer = client.send(request.build(), BodyHandlers.ofByteArray());
    return new Answer(answer.statusCode(), answer.body());
  }

  /** Passes the first half of a batch on and says that the rest was not processed. */
  private Answer half(HttpExchange call, byte[] body) throws IOException, InterruptedException {
    var target = call.getRequestHeaders().getFirst("X-Amz-Target");
    var isRead = target.endsWith(".BatchGetItem");
    if (!isRead && !target.endsWith(".BatchWriteItem")) {
      return forward(call, body);
    }
    var asked = (ObjectNode) JSON.readTree(body);
    var left = asked.deepCopy();
    for (var table : asked.get("RequestItems").properties()) {
      var first = items(table.getValue());
      var rest = items(left.get("RequestItems").get(table.getKey()));
      var half = (first.size() + 1) / 2;
      for (var i = first.size() - 1; i >= half; i--) {
        first.remove(i);
      }
      for (var i = half - 1; i >= 0; i--) {
        rest.remove(i);
      }
      if (rest.isEmpty()) {
        ((ObjectNode) left.get("RequestItems")).remove(table.getKey());
      }
    }
    var done = forward(call, JSON.writeValueAsBytes(asked));
    var answer = (ObjectNode) JSON.readTree(done.body());
    answer.set(isRead ? "UnprocessedKeys" : "UnprocessedItems", left.get("RequestItems"));
    return new Answer(done.status(), JSON.writeValueAsBytes(answer));
  }

  private static ArrayNode items(JsonNode ofTable) {
    return (ArrayNode) (ofTable.isArray() ? ofTable : ofTable.get("Keys"));
  }

  @Override
  public void close() {
    listener.stop(0);
    client.close();
  }
}
