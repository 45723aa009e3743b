package dev.acequia.servers.bigquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zetasql.TypeFactory;
import com.google.zetasql.Value;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.acequia.servers.bigquery.Engine.Answer;
import dev.acequia.servers.bigquery.Faults.Call;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The part of <a href="https://cloud.google.com/bigquery/docs/reference/rest">BigQuery's REST
 * interface</a> that speaks of datasets, tables and statements. A job has ended when its first
 * answer is given.
 */
final class RestInterface implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern PATH = Pattern.compile("/bigquery/v2/projects/([^/]+)/(.*)");
  private static final Duration SILENCE = Duration.ofMinutes(1);

  /** Of an answer; larger results go by pages. */
  private static final int PAGE_BYTES = 10 << 20;

  /** The dataset of the tables that hold results, one for each job. */
  private static final String RESULTS = "_results";

  /** Jobs whose results are kept. */
  private static final int JOBS = 1_000;

  private final Warehouse warehouse;
  private final HttpServer server;
  private final Map<String, Job> jobs = new ConcurrentHashMap<>();
  private volatile Faults faults = Faults.NONE;

  private record Job(Warehouse.Outcome outcome, boolean isTimeInMicros, JsonNode configuration) {}

  RestInterface(Warehouse warehouse, int port) throws IOException {
    this.warehouse = warehouse;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  void faults(Faults next) {
    faults = next;
  }

  /**
   * A request.
   *
   * @param path what follows the project's name
   */
  private record Request(
      String verb, String project, String path, Map<String, String> query, JsonNode body) {
    @Nullable Long number(String name) {
      var text = query.get(name);
      return text == null ? null : Long.valueOf(text);
    }

    String dataset() {
      return project + "." + path.split("/")[1];
    }

    String table() {
      return dataset() + "." + path.split("/")[3];
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var request = request(exchange);
      if (request == null) {
        send(
            exchange,
            404,
            error(ServiceException.notFound("URL", exchange.getRequestURI().getPath())));
        return;
      }
      var call = new Call(method(request), subject(request));
      var fault = faults.of(call);
      ObjectNode body;
      var status = 200;
      try {
        body =
            switch (fault) {
              case UNAVAILABLE -> throw ServiceException.unavailable();
              case THROTTLED -> throw ServiceException.throttled();
              case CONFLICT -> throw ServiceException.conflict();
              case NONE, ANSWER_LOST, SILENT -> done(request);
            };
      } catch (ServiceException e) {
        status = e.status();
        body = error(e);
      }
      switch (fault) {
        case ANSWER_LOST -> {}
        case SILENT -> Thread.sleep(SILENCE);
        case NONE, UNAVAILABLE, THROTTLED, CONFLICT -> send(exchange, status, body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable Request request(HttpExchange exchange) throws IOException {
    var path = PATH.matcher(exchange.getRequestURI().getPath());
    var isGzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    var in = exchange.getRequestBody();
    var bytes = isGzip ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
    if (!path.matches()) {
      return null;
    }
    var query = new HashMap<String, String>();
    var raw = exchange.getRequestURI().getRawQuery();
    if (raw != null) {
      for (var pair : raw.split("&")) {
        var parts = pair.split("=", 2);
        query.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
      }
    }
    var override = exchange.getRequestHeaders().getFirst("X-HTTP-Method-Override");
    return new Request(
        override == null ? exchange.getRequestMethod() : override,
        path.group(1),
        path.group(2),
        query,
        bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    var bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
    if (status == 204 || bytes.length == 0) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static ObjectNode error(ServiceException e) {
    var one =
        JSON.createObjectNode()
            .put("message", e.getMessage())
            .put("domain", "global")
            .put("reason", e.reason());
    var error = JSON.createObjectNode().put("code", e.status()).put("message", e.getMessage());
    error.set("errors", JSON.createArrayNode().add(one));
    var body = JSON.createObjectNode();
    body.set("error", error);
    return body;
  }

  /** The kind of a path: what stands at its odd places is a name. */
  private static String kind(String path) {
    var parts = path.split("/");
    var kind = new ArrayList<String>();
    for (var i = 0; i < parts.length; i++) {
      kind.add(i % 2 == 0 ? parts[i] : "*");
    }
    return String.join("/", kind);
  }

  private static String method(Request request) {
    return switch (request.verb() + " " + kind(request.path())) {
      case "POST queries" -> "jobs.query";
      case "GET queries/*" -> "jobs.getQueryResults";
      case "POST jobs" -> "jobs.insert";
      case "GET jobs/*" -> "jobs.get";
      case "POST jobs/*/cancel" -> "jobs.cancel";
      case "POST datasets" -> "datasets.insert";
      case "GET datasets/*" -> "datasets.get";
      case "DELETE datasets/*" -> "datasets.delete";
      case "POST datasets/*/tables" -> "tables.insert";
      case "GET datasets/*/tables" -> "tables.list";
      case "GET datasets/*/tables/*" -> "tables.get";
      case "PATCH datasets/*/tables/*" -> "tables.patch";
      case "PUT datasets/*/tables/*" -> "tables.update";
      case "DELETE datasets/*/tables/*" -> "tables.delete";
      case "GET datasets/*/tables/*/data" -> "tabledata.list";
      default -> request.verb() + " " + request.path();
    };
  }

  private static String subject(Request request) {
    return switch (method(request)) {
      case "jobs.query" -> request.body().path("query").asText();
      case "jobs.insert" ->
          request.body().path("configuration").path("query").path("query").asText();
      case "tables.insert" -> request.body().path("tableReference").path("tableId").asText();
      default -> request.path();
    };
  }

  private ObjectNode done(Request request) throws ServiceException {
    return switch (method(request)) {
      case "jobs.query" -> query(request);
      case "jobs.getQueryResults" -> results(request);
      case "jobs.insert" -> insertJob(request);
      case "jobs.get" -> job(request);
      case "jobs.cancel" -> {
        var body = JSON.createObjectNode();
        body.set("job", job(request));
        yield body;
      }
      case "datasets.insert" -> insertDataset(request);
      case "datasets.get" -> warehouse.dataset(request.dataset());
      case "datasets.delete" -> {
        warehouse.dropDataset(
            request.dataset(), "true".equals(request.query().get("deleteContents")));
        yield JSON.createObjectNode();
      }
      case "tables.insert" -> insertTable(request);
      case "tables.list" -> listTables(request);
      case "tables.get" -> warehouse.described(request.table());
      case "tables.patch" -> patchTable(request, true);
      case "tables.update" -> patchTable(request, false);
      case "tables.delete" -> {
        warehouse.dropTable(request.table());
        yield JSON.createObjectNode();
      }
      case "tabledata.list" -> tableData(request);
      default -> throw ServiceException.notFound("URL", request.verb() + " " + request.path());
    };
  }

  private ObjectNode insertDataset(Request request) throws ServiceException {
    var name = request.body().path("datasetReference").path("datasetId").asText();
    var resource = ((ObjectNode) request.body()).deepCopy();
    resource.put("kind", "bigquery#dataset").put("id", request.project() + ":" + name);
    resource.withObject("datasetReference").put("projectId", request.project());
    if (!resource.has("location")) {
      resource.put("location", "US");
    }
    warehouse.addDataset(request.project() + "." + name, resource);
    return resource;
  }

  private ObjectNode insertTable(Request request) throws ServiceException {
    var name = request.body().path("tableReference").path("tableId").asText();
    var resource = ((ObjectNode) request.body()).deepCopy();
    resource
        .put("kind", "bigquery#table")
        .put("type", "TABLE")
        .put("creationTime", Long.toString(System.currentTimeMillis()))
        .put("location", "US");
    var lifetime = warehouse.dataset(request.dataset()).path("defaultTableExpirationMs").asLong();
    if (lifetime > 0 && !resource.has("expirationTime")) {
      resource.put("expirationTime", Long.toString(System.currentTimeMillis() + lifetime));
    }
    resource
        .withObject("tableReference")
        .put("projectId", request.project())
        .put("datasetId", request.path().split("/")[1]);
    var table = warehouse.addTable(request.dataset(), name, resource);
    return warehouse.described(table.name());
  }

  private ObjectNode listTables(Request request) throws ServiceException {
    var list = JSON.createArrayNode();
    for (var name : warehouse.tables(request.dataset())) {
      list.add(warehouse.described(name));
    }
    var body = JSON.createObjectNode().put("totalItems", list.size());
    body.set("tables", list);
    return body;
  }

  private ObjectNode patchTable(Request request, boolean isPatch) throws ServiceException {
    var former = warehouse.table(request.table()).resource();
    var next = former.deepCopy();
    if (!isPatch) {
      next.removeAll();
      for (var kept : List.of("kind", "type", "creationTime", "location", "tableReference")) {
        next.set(kept, former.get(kept));
      }
    }
    var given = (ObjectNode) request.body();
    given
        .properties()
        .forEach(
            property -> {
              if (property.getValue().isNull()) {
                next.remove(property.getKey());
              } else {
                next.set(property.getKey(), property.getValue());
              }
            });
    if (!next.path("schema").has("fields")) {
      next.set("schema", former.get("schema"));
    }
    warehouse.patch(request.table(), next);
    return warehouse.described(request.table());
  }

  private ObjectNode tableData(Request request) throws ServiceException {
    var body = JSON.createObjectNode();
    var path = request.path().split("/");
    var job = path[1].equals(RESULTS) ? jobs.get(path[3]) : null;
    page(
        body,
        job == null ? warehouse.rows(request.table()) : job.outcome().answer(),
        start(request),
        request.number("maxResults"),
        "true".equals(request.query().get("formatOptions.useInt64Timestamp")));
    return body;
  }

  private static long start(Request request) {
    var token = request.query().get("pageToken");
    var index = request.number("startIndex");
    return token != null ? Long.parseLong(token) : index == null ? 0 : index;
  }

  private ObjectNode query(Request request) throws ServiceException {
    var body = request.body();
    var isDry = body.path("dryRun").asBoolean();
    var job = run(body, isDry);
    var answer = JSON.createObjectNode().put("kind", "bigquery#queryResponse");
    if (!isDry) {
      answer.set("jobReference", keep(request.project(), UUID.randomUUID().toString(), job));
    }
    fill(answer, job, 0, body.has("maxResults") ? body.get("maxResults").asLong() : null);
    return answer;
  }

  private Job run(JsonNode query, boolean isDry) throws ServiceException {
    if (query.path("useLegacySql").asBoolean(true)) {
      throw ServiceException.invalid("The stand-in knows no legacy SQL");
    }
    var limit = query.path("maximumBytesBilled");
    var outcome =
        warehouse.run(
            query.path("query").asText(),
            parameters(query.path("queryParameters")),
            limit.isMissingNode() || limit.isNull() ? null : limit.asLong(),
            isDry);
    return new Job(
        outcome, query.path("formatOptions").path("useInt64Timestamp").asBoolean(), query);
  }

  private ObjectNode keep(String project, String id, Job job) {
    if (jobs.size() > JOBS) {
      jobs.clear();
    }
    jobs.put(id, job);
    return JSON.createObjectNode().put("projectId", project).put("jobId", id).put("location", "US");
  }

  private Job found(Request request) throws ServiceException {
    var id = request.path().split("/")[1];
    var job = jobs.get(id);
    if (job == null) {
      throw ServiceException.notFound("Job", request.project() + ":US." + id);
    }
    return job;
  }

  private ObjectNode results(Request request) throws ServiceException {
    var job = found(request);
    var answer = JSON.createObjectNode().put("kind", "bigquery#getQueryResultsResponse");
    answer.set(
        "jobReference",
        JSON.createObjectNode()
            .put("projectId", request.project())
            .put("jobId", request.path().split("/")[1])
            .put("location", "US"));
    var asked = "true".equals(request.query().get("formatOptions.useInt64Timestamp"));
    fill(
        answer,
        new Job(job.outcome(), job.isTimeInMicros() || asked, job.configuration()),
        start(request),
        request.number("maxResults"));
    return answer;
  }

  private static void fill(ObjectNode body, Job job, long from, @Nullable Long most) {
    var outcome = job.outcome();
    body.put("jobComplete", true)
        .put("cacheHit", false)
        .put("totalBytesProcessed", Long.toString(outcome.bytes()));
    if (outcome.changed() != null) {
      body.put("numDmlAffectedRows", Long.toString(outcome.changed()));
    }
    page(body, outcome.answer(), from, most, job.isTimeInMicros());
  }

  private ObjectNode insertJob(Request request) throws ServiceException {
    var configuration = request.body().path("configuration");
    var isDry = configuration.path("dryRun").asBoolean();
    var job = run(configuration.path("query"), isDry);
    var id = request.body().path("jobReference").path("jobId").asText();
    var reference = keep(request.project(), id.isEmpty() ? UUID.randomUUID().toString() : id, job);
    return described(reference, configuration, job);
  }

  private ObjectNode job(Request request) throws ServiceException {
    var job = found(request);
    var reference =
        JSON.createObjectNode()
            .put("projectId", request.project())
            .put("jobId", request.path().split("/")[1])
            .put("location", "US");
    var configuration = JSON.createObjectNode().put("jobType", "QUERY");
    configuration.set("query", job.configuration());
    return described(reference, configuration, job);
  }

  private static ObjectNode described(ObjectNode reference, JsonNode configuration, Job job) {
    var bytes = Long.toString(job.outcome().bytes());
    var body = JSON.createObjectNode().put("kind", "bigquery#job");
    var configured = ((ObjectNode) configuration).deepCopy();
    configured
        .withObject("query")
        .withObject("destinationTable")
        .put("projectId", reference.path("projectId").asText())
        .put("datasetId", RESULTS)
        .put("tableId", reference.path("jobId").asText());
    body.set("jobReference", reference);
    body.set("configuration", configured);
    body.set("status", JSON.createObjectNode().put("state", "DONE"));
    var statistics = JSON.createObjectNode().put("totalBytesProcessed", bytes);
    var query = JSON.createObjectNode().put("totalBytesProcessed", bytes);
    if (job.outcome().changed() != null) {
      query.put("numDmlAffectedRows", Long.toString(job.outcome().changed()));
    }
    query.set("schema", schema(job.outcome().answer()));
    statistics.set("query", query);
    body.set("statistics", statistics);
    return body;
  }

  private static ObjectNode schema(Answer answer) {
    var fields = JSON.createArrayNode();
    for (var column : answer.columns()) {
      fields.add(
          JSON.createObjectNode()
              .put("name", column.name())
              .put("type", column.type().inResults())
              .put("mode", column.required() ? "REQUIRED" : "NULLABLE"));
    }
    var schema = JSON.createObjectNode();
    schema.set("fields", fields);
    return schema;
  }

  /** Puts rows into an answer, up to a number of rows or bytes. */
  private static void page(
      ObjectNode body, Answer answer, long from, @Nullable Long most, boolean isTimeInMicros) {
    body.set("schema", schema(answer));
    body.put("totalRows", Long.toString(answer.rows().size()));
    var rows = JSON.createArrayNode();
    var bytes = 0L;
    var at = (int) Math.min(from, answer.rows().size());
    while (at < answer.rows().size()
        && bytes < PAGE_BYTES
        && (most == null || rows.size() < most)) {
      var row = answer.rows().get(at++);
      ArrayNode cells = JSON.createArrayNode();
      for (var i = 0; i < row.size(); i++) {
        var value = row.get(i);
        var text =
            value.isNull() ? null : answer.columns().get(i).type().text(value, isTimeInMicros);
        bytes += text == null ? 1 : text.length();
        cells.add(JSON.createObjectNode().put("v", text));
      }
      var cell = JSON.createObjectNode();
      cell.set("f", cells);
      rows.add(cell);
    }
    body.set("rows", rows);
    if (at < answer.rows().size()) {
      body.put("pageToken", Integer.toString(at));
    }
  }

  private static Map<String, Value> parameters(JsonNode given) throws ServiceException {
    var parameters = new HashMap<String, Value>();
    for (var one : given) {
      var type = one.path("parameterType");
      var value = one.path("parameterValue");
      parameters.put(one.path("name").asText(), parameter(type, value));
    }
    return parameters;
  }

  private static Value parameter(JsonNode type, JsonNode value) throws ServiceException {
    if (!type.path("type").asText().equals("ARRAY")) {
      return scalar(ColumnType.named(type.path("type").asText()), value);
    }
    var element = ColumnType.named(type.path("arrayType").path("type").asText());
    var values = new ArrayList<Value>();
    for (var one : value.path("arrayValues")) {
      values.add(scalar(element, one));
    }
    return Value.createArrayValue(TypeFactory.createArrayType(element.type()), values);
  }

  private static Value scalar(ColumnType type, JsonNode value) throws ServiceException {
    var text = value.path("value");
    return text.isMissingNode() || text.isNull() ? type.none() : type.parse(text.asText());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
