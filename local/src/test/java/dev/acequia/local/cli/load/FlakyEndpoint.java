package dev.acequia.local.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/**
 * An endpoint over HTTP that checks records as a pipeline's does, stores each idempotency key and
 * index once, and misbehaves as it is told: one misbehaviour a push, in order.
 */
final class FlakyEndpoint implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What happens to one push. */
  enum Misbehaviour {
    /** 503 before anything is stored, come back at once. */
    OVERLOADED,
    /** The connection ends before anything is stored. */
    CUT_BEFORE,
    /** Everything is stored, and the connection ends without an answer. */
    CUT_AFTER,
    /** Half is stored; the answer says that it is unknown. */
    HALF_STORED,
    /** 401: nobody will answer this otherwise. */
    FORBIDDEN
  }

  private final Schema schema;
  private final HttpServer server;
  private final ConcurrentLinkedQueue<Misbehaviour> ahead = new ConcurrentLinkedQueue<>();
  private final Map<String, String> stored = new LinkedHashMap<>();
  private final List<String> idempotencyKeys = new ArrayList<>();

  FlakyEndpoint(Schema schema) throws IOException {
    this.schema = schema;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/openapi.json", exchange -> answer(exchange, 200, openApi()));
    server.createContext("/v1/records", this::push);
    server.start();
  }

  Endpoint endpoint() {
    return Endpoint.of("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void misbehave(Misbehaviour... pushes) {
    ahead.addAll(List.of(pushes));
  }

  /** What is stored, in the order in which it was. */
  synchronized List<String> lines() {
    return List.copyOf(stored.values());
  }

  List<JsonNode> records() {
    return lines().stream().map(FlakyEndpoint::parse).toList();
  }

  /** The key of each push that arrived. */
  synchronized List<String> idempotencyKeys() {
    return List.copyOf(idempotencyKeys);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void push(HttpExchange exchange) throws IOException {
    var lines = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    var records = lines.lines().toList();
    var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    var misbehaviour = ahead.poll();
    synchronized (this) {
      idempotencyKeys.add(key);
    }
    switch (misbehaviour) {
      case null -> answer(exchange, records, key);
      case OVERLOADED -> {
        exchange.getResponseHeaders().set("Retry-After", "0");
        answer(exchange, 503, Map.of("title", "Overloaded"));
      }
      case CUT_BEFORE -> exchange.close();
      case CUT_AFTER -> {
        store(records, key);
        exchange.close();
      }
      case HALF_STORED -> {
        store(records.subList(0, records.size() / 2), key);
        answer(exchange, 503, Map.of("title", "unknown"));
      }
      case FORBIDDEN -> answer(exchange, 401, Map.of("title", "No key"));
    }
  }

  private void answer(HttpExchange exchange, List<String> records, String key) throws IOException {
    var good = new ArrayList<String>();
    var errors = new ArrayList<Map<String, Object>>();
    var decoder = new RecordDecoder(schema);
    for (var i = 0; i < records.size(); i++) {
      var bytes = records.get(i).getBytes(StandardCharsets.UTF_8);
      try {
        decoder.decode(bytes, 0, bytes.length, new Row(schema));
        good.add(records.get(i));
      } catch (BadRecordException e) {
        var error = new LinkedHashMap<String, Object>();
        error.put("index", i);
        error.put("field", e.field());
        error.put("reason", e.reason());
        errors.add(error);
      }
    }
    var skip = "onError=skip".equals(exchange.getRequestURI().getQuery());
    if (errors.isEmpty() || skip) {
      store(good, key);
      answer(
          exchange,
          200,
          Map.of("accepted", good.size(), "rejected", errors.size(), "errors", errors));
    } else {
      answer(exchange, 400, Map.of("title", "bad", "rejected", errors.size(), "errors", errors));
    }
  }

  private synchronized void store(List<String> records, String key) {
    for (var i = 0; i < records.size(); i++) {
      stored.putIfAbsent(key + "/" + i, records.get(i));
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> openApi() {
    var properties = new LinkedHashMap<String, Object>();
    var required = new ArrayList<String>();
    for (var field : schema.fields()) {
      var type = JSON.convertValue(field.type(), String.class);
      properties.put(field.name(), Map.of("x-acequia-type", type));
      if (field.required()) {
        required.add(field.name());
      }
    }
    return Map.of(
        "components",
        Map.of(
            "schemas",
            Map.of(
                "Record",
                Map.of(
                    "properties",
                    properties,
                    "required",
                    required,
                    "x-acequia-key",
                    schema.key(),
                    "additionalProperties",
                    schema.unknownFields() != UnknownFields.REJECT))));
  }

  private static void answer(HttpExchange exchange, int status, Map<String, ?> document)
      throws IOException {
    try (exchange) {
      var body = JSON.writeValueAsBytes(document);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
