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
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
    HALF_DONE,
    /** The service does all of a batch but the last; all of any other call. */
    ONE_LEFT,
    /** The service cancels a transaction because capacity is exhausted; other calls succeed. */
    CANCELED,
    /** The item would become too large. */
    TOO_LARGE,
    /** The caller has no right to it. */
    REFUSED
  }

  /** What somebody asked for. */
  record Call(String name, JsonNode body) {
    /** Whether it is for one item of a table. */
    boolean isFor(String table) {
      return body.path("TableName").asText().equals(table);
    }
  }

  private record Ordered(Predicate<Call> calls, Fault fault) {}

  private final HttpServer listener;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI server;
  private final Random random;
  private final Map<Fault, AtomicLong> counts = new EnumMap<>(Fault.class);
  private final List<Call> calls = Collections.synchronizedList(new ArrayList<>());
  private final AtomicReference<@Nullable Ordered> ordered = new AtomicReference<>();
  private volatile List<Fault> faults = List.of();
  private volatile Predicate<Call> spoiled = call -> true;
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
    spoiled = call -> true;
    this.share = share;
  }

  /** Spoils some calls of a name from now on, and no others. */
  void spoil(double share, String name, Fault fault) {
    spoil(share, fault);
    spoiled = call -> call.name().equals(name);
  }

  /** Spoils the next of some calls, once. */
  void spoilOnce(Fault fault, Predicate<Call> calls) {
    ordered.set(new Ordered(calls, fault));
  }

  /** The calls of a name that came, in their order. */
  List<Call> calls(String name) {
    synchronized (calls) {
      return calls.stream().filter(call -> call.name().equals(name)).toList();
    }
  }

  /** How often a fault was inflicted. */
  long count(Fault fault) {
    var count = counts.get(fault);
    return count == null ? 0 : count.get();
  }

  private synchronized Optional<Fault> draw(Call call) {
    var once = ordered.get();
    if (once != null && once.calls().test(call)) {
      ordered.set(null);
      return Optional.of(once.fault());
    }
    return spoiled.test(call) && random.nextDouble() < share
        ? Optional.of(faults.get(random.nextInt(faults.size())))
        : Optional.empty();
  }

  private void serve(HttpExchange call) throws IOException {
    try (call) {
      var body = call.getRequestBody().readAllBytes();
      var target = call.getRequestHeaders().getFirst("X-Amz-Target");
      var asked = new Call(target.substring(target.indexOf('.') + 1), JSON.readTree(body));
      calls.add(asked);
      var drawn = draw(asked);
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
        case HALF_DONE -> answer(call, some(call, asked, body, size -> (size + 1) / 2));
        case ONE_LEFT -> answer(call, some(call, asked, body, size -> size - 1));
        case CANCELED ->
            answer(
                call, asked.name().equals("TransactWriteItems") ? canceled() : forward(call, body));
        case TOO_LARGE ->
            answer(
                call,
                error(
                    400,
                    "ValidationException",
                    "Item size to update has exceeded the maximum allowed size"));
        case REFUSED -> answer(call, error(400, "AccessDeniedException"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Answer(int status, byte[] body) {}

  private static Answer error(int status, String type) {
    return error(status, type, "by the test");
  }

  private static Answer error(int status, String type, String message) {
    return new Answer(
        status,
        "{\"__type\":\"com.amazonaws.dynamodb.v20120810#%s\",\"message\":\"%s\"}"
            .formatted(type, message)
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

  private static Answer canceled() {
    return new Answer(
        400,
        """
        {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
         "message": "by the test",
         "CancellationReasons": [{"Code": "None"}, {"Code": "ThrottlingError"}]}
        """
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Passes the first part of a batch on and says that the rest was not processed. */
  private Answer some(HttpExchange call, Call asked, byte[] body, IntUnaryOperator part)
      throws IOException, InterruptedException {
    var isRead = asked.name().equals("BatchGetItem");
    if (!isRead && !asked.name().equals("BatchWriteItem")) {
      return forward(call, body);
    }
    var done = (ObjectNode) asked.body().deepCopy();
    var left = done.deepCopy();
    for (var table : asked.body().get("RequestItems").properties()) {
      var first = items(done.get("RequestItems").get(table.getKey()));
      var rest = items(left.get("RequestItems").get(table.getKey()));
      var size = part.applyAsInt(first.size());
      while (first.size() > size) {
        first.remove(size);
      }
      for (var i = 0; i < size; i++) {
        rest.remove(0);
      }
      if (rest.isEmpty()) {
        ((ObjectNode) left.get("RequestItems")).remove(table.getKey());
      }
      if (first.isEmpty()) {
        ((ObjectNode) done.get("RequestItems")).remove(table.getKey());
      }
    }
    var passed =
        done.get("RequestItems").isEmpty()
            ? new Answer(200, "{\"Responses\":{}}".getBytes(StandardCharsets.UTF_8))
            : forward(call, JSON.writeValueAsBytes(done));
    var answer = (ObjectNode) JSON.readTree(passed.body());
    answer.set(isRead ? "UnprocessedKeys" : "UnprocessedItems", left.get("RequestItems"));
    return new Answer(passed.status(), JSON.writeValueAsBytes(answer));
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
