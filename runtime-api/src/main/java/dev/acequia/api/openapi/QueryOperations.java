package dev.acequia.api.openapi;

import static dev.acequia.api.openapi.OpenApiDocument.object;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.api.query.ResultFormat;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import java.util.List;

/** The operations that ask: pages of rows, and one record by its key. */
final class QueryOperations {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String RECORDS = "/v1/records";

  private final PipelineDefinition definition;
  private final Schema schema;
  private final ObjectNode document;

  QueryOperations(PipelineDefinition definition, ObjectNode document) {
    this.definition = definition;
    this.schema = definition.schema();
    this.document = document;
  }

  /** Adds them to the document. */
  void describe() {
    describePages();
    if (definition.mode() == LoadMode.UPSERT) {
      describeOne();
    }
  }

  private void describePages() {
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
        case ARROW ->
            media
                .putObject("schema")
                .put("type", "string")
                .put("contentMediaType", format.mediaType());
        case OBJECT -> {
          media.putObject("schema").put("type", "object");
          media.set("example", first);
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
    found
        .putObject(ResultFormat.ARROW.mediaType())
        .putObject("schema")
        .put("type", "string")
        .put("contentMediaType", ResultFormat.ARROW.mediaType());
    found
        .putObject(ResultFormat.OBJECT.mediaType())
        .putObject("schema")
        .put("$ref", "#/components/schemas/Record");
    responses.putObject("304").put("description", "The client has it, as If-None-Match says.");
    ErrorResponses.refer(responses, "400", "InvalidQuery");
    ErrorResponses.refer(responses, "404", "NotFound");
    ErrorResponses.refer(responses, "406", "NotAcceptable");
    ErrorResponses.refer(responses, "500", "InternalError");
    ErrorResponses.refer(responses, "503", "StoreUnavailable");
  }
}
