package dev.acequia.api.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.query.ResultFormat;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/**
 * The OpenAPI 3.1 document of one pipeline: what is the same for all stands in {@code
 * template.json}, what follows from the schema is added here.
 */
final class OpenApiDocument {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String RECORDS = "/v1/records";

  private final PipelineDefinition definition;
  private final Schema schema;
  private final ObjectNode document;

  private OpenApiDocument(PipelineDefinition definition) {
    this.definition = definition;
    this.schema = definition.schema();
    this.document = template();
  }

  /** The document as UTF-8. */
  static byte[] of(PipelineDefinition definition, AccessDescription access) {
    var document = new OpenApiDocument(definition);
    document.describe();
    access.addTo(document.document);
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document.document);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void describe() {
    var info = object(document, "info");
    info.put("title", definition.name());
    info.put("version", schema.hash());
    if (definition.description() != null) {
      info.put("description", definition.description());
    }
    object(document, "components", "schemas").set("Record", RecordSchema.of(schema));
    Responses.addTo(object(document, "components", "responses"));
    describePush();
    describeQuery();
    if (definition.mode() == LoadMode.UPSERT) {
      describeOne();
    }
  }

  private void describePush() {
    var content = object(document, "paths", RECORDS, "post", "requestBody", "content");
    var first = RecordSchema.example(schema, 0);
    var second = RecordSchema.example(schema, 1);
    var json = object(content, "application/json", "examples");
    json.putObject("one").put("summary", "One record").set("value", first);
    json.putObject("several")
        .put("summary", "Several records")
        .set("value", NODES.arrayNode().add(first).add(second));
    object(content, "application/x-ndjson", "examples")
        .putObject("lines")
        .put("summary", "A record on each line")
        .put("value", first + "\n" + second + "\n");
    object(content, "text/csv", "examples")
        .putObject("rows")
        .put("summary", "A header, and a record on each line below it")
        .put("value", RecordSchema.csv(schema, first, second));
  }

  private void describeQuery() {
    var get = object(document, "paths", RECORDS, "get");
    var parameters = (ArrayNode) get.get("parameters");
    schema.fields().forEach(field -> parameters.add(filter(field)));
    var known = object(document, "components", "parameters");
    object(known, "limit", "schema")
        .put("maximum", Integer.MAX_VALUE)
        .put("default", definition.maxPageSize());
    object(known, "limit").put("example", Math.min(10, definition.maxPageSize()));
    object(known, "limit")
        .put(
            "description",
            "At most so many rows on a page; there are never more than %d."
                .formatted(definition.maxPageSize()));
    var first = schema.fields().getFirst().name();
    illustrate(known, "select", first + ",count()");
    illustrate(known, "order", first + ".desc");
    for (var status : List.of("200", "206")) {
      pages(object(get, "responses", status, "content"));
    }
  }

  /** In words: a page that tries the API out would put a parameter's example into the request. */
  private static void illustrate(ObjectNode parameters, String name, String example) {
    var parameter = object(parameters, name);
    parameter.put(
        "description", "%s As in `%s`.".formatted(parameter.get("description").asText(), example));
  }

  private ObjectNode filter(Field field) {
    var description = field.description() == null ? "" : field.description() + ". ";
    var parameter =
        NODES
            .objectNode()
            .put("name", field.name())
            .put("in", "query")
            .put(
                "description",
                field.type() == FieldType.JSON
                    ? description + "`is.null` or `is.not_null`."
                    : "%sA filter, as in `eq.%s` or `is.null`."
                        .formatted(description, RecordSchema.exampleText(field)));
    parameter.putObject("schema").put("type", "string");
    return parameter;
  }

  /** The formats of a page, each with the example records in it. */
  private void pages(ObjectNode content) {
    var first = RecordSchema.example(schema, 0);
    var second = RecordSchema.example(schema, 1);
    for (var format : ResultFormat.values()) {
      var media = content.putObject(format.mediaType());
      switch (format) {
        case JSON -> {
          media.putObject("schema").put("type", "array").putObject("items").put("type", "object");
          media.putArray("example").add(first).add(second);
        }
        case NDJSON -> {
          media.putObject("schema").put("type", "string");
          media.put("example", first + "\n" + second + "\n");
        }
        case CSV -> {
          media.putObject("schema").put("type", "string");
          var name = schema.fields().getFirst().name();
          media.put("example", "%s\r\n%s\r\n".formatted(name, first.get(name).asText()));
        }
        case COLUMNS -> {
          media
              .putObject("schema")
              .put("type", "object")
              .putObject("additionalProperties")
              .put("type", "object");
          var columns = media.putObject("example");
          first
              .properties()
              .forEach(
                  field -> {
                    var column = columns.putObject(field.getKey());
                    column.set("0", field.getValue());
                    column.set("1", second.get(field.getKey()));
                  });
        }
      }
    }
  }

  private void describeOne() {
    var get = object(document, "paths").putObject(RECORDS + "/{key}").putObject("get");
    get.putArray("tags").add("query");
    get.put("operationId", "getRecord");
    get.put("summary", "Get one record");
    get.put("description", "The record of a key.");
    var key = get.putArray("parameters").addObject();
    key.put("name", "key").put("in", "path").put("required", true);
    key.put(
        "description",
        "The values of %s, in this order, parted by commas; a comma within a value as %%2C."
            .formatted(String.join(", ", schema.key())));
    // A client encodes what it is given, and an encoded comma would be one within a value.
    key.put("style", "simple").put("explode", false);
    key.putObject("schema")
        .put("type", "array")
        .put("minItems", schema.key().size())
        .put("maxItems", schema.key().size())
        .putObject("items")
        .put("type", "string");
    var example = key.putArray("example");
    for (var index : schema.keyIndexes()) {
      example.add(RecordSchema.exampleText(schema.fields().get(index)));
    }
    var responses = get.putObject("responses");
    var found = responses.putObject("200").put("description", "The record.").putObject("content");
    var json = found.putObject(ResultFormat.JSON.mediaType());
    json.putObject("schema").put("$ref", "#/components/schemas/Record");
    json.set("example", RecordSchema.example(schema, 0));
    for (var format : List.of(ResultFormat.NDJSON, ResultFormat.CSV)) {
      found.putObject(format.mediaType()).putObject("schema").put("type", "string");
    }
    found.putObject(ResultFormat.COLUMNS.mediaType()).putObject("schema").put("type", "object");
    Responses.refer(responses, "400", "InvalidQuery");
    Responses.refer(responses, "404", "NotFound");
    Responses.refer(responses, "406", "NotAcceptable");
    Responses.refer(responses, "500", "InternalError");
    Responses.refer(responses, "503", "StoreUnavailable");
  }

  /** The object at the end of the path, which must be there. */
  private static ObjectNode object(JsonNode from, String... path) {
    var node = from;
    for (var name : path) {
      node = node.required(name);
    }
    return (ObjectNode) node;
  }

  private static ObjectNode template() {
    try (var in = OpenApiDocument.class.getResourceAsStream("template.json")) {
      return (ObjectNode) JSON.readTree(Objects.requireNonNull(in, "template.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The error responses, each with a document as the server writes it. */
  static final class Responses {
    static void refer(ObjectNode responses, String status, String name) {
      responses.putObject(status).put("$ref", "#/components/responses/" + name);
    }

    static void addTo(ObjectNode responses) {
      add(
          responses,
          "InvalidRecords",
          Problem.of(
                  ProblemType.INVALID_RECORDS,
                  "1 record does not fit the schema, so none was stored. Correct them, or send"
                      + " good ones regardless with ?onError=skip.")
              .with("rejected", 1)
              .with(
                  "errors",
                  List.of(java.util.Map.of("index", 0, "reason", "expected a JSON object"))));
      add(responses, "InvalidQuery", ProblemType.INVALID_QUERY, "there is no field 'colour'");
      add(responses, "NotFound", ProblemType.NOT_FOUND, "No record has this key.");
      add(
          responses,
          "NotAcceptable",
          ProblemType.NOT_ACCEPTABLE,
          "Records come as application/json, application/x-ndjson, text/csv and more.");
      add(
          responses,
          "BodyTooSlow",
          ProblemType.BODY_TOO_SLOW,
          "A body that is held in memory must come at 16 KiB a second or faster.");
      add(
          responses,
          "BodyTooLarge",
          ProblemType.BODY_TOO_LARGE,
          "A body that is accepted or rejected as a whole has at most 16 MiB.");
      add(
          responses,
          "UnsupportedMediaType",
          ProblemType.UNSUPPORTED_MEDIA_TYPE,
          "'text/plain' is not understood.");
      add(
          responses,
          "OffsetBeyondResult",
          ProblemType.OFFSET_BEYOND_RESULT,
          "The result has 10 rows, and offset is 100.");
      add(
          responses,
          "InternalError",
          ProblemType.INTERNAL_ERROR,
          "This is a fault of the server; its log says more.");
      add(
          responses,
          "StoreUnavailable",
          ProblemType.STORE_UNAVAILABLE,
          "The store cannot be reached; try again.");
      add(
          responses,
          "PushUnavailable",
          ProblemType.OUTCOME_UNKNOWN,
          "Kafka failed midway, and it is unknown which records were stored. Send the same body"
              + " again with the same Idempotency-Key: then none is stored twice.");
    }

    private static void add(ObjectNode to, String name, ProblemType type, String detail) {
      add(to, name, Problem.of(type, detail));
    }

    static void add(ObjectNode to, String name, Problem problem) {
      var response = to.putObject(name).put("description", problem.type().title() + ".");
      if (problem.type().status() == 503) {
        response
            .putObject("headers")
            .putObject("Retry-After")
            .put("description", "Seconds to wait before another attempt.")
            .putObject("schema")
            .put("type", "integer");
      }
      var media = response.putObject("content").putObject(Problem.MEDIA_TYPE);
      media.putObject("schema").put("$ref", "#/components/schemas/Problem");
      try {
        media.set("example", JSON.readTree(problem.json()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
