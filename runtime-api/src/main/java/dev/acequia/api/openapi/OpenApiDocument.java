package dev.acequia.api.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.source.PushSources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * The OpenAPI 3.1 document of one pipeline: what is the same for all stands in {@code
 * template.json}, what follows from the schema is added here, and who may call and which other
 * systems push by those who know.
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
    this.document = resource("template.json");
  }

  /** The document as UTF-8. */
  static byte[] of(PipelineDefinition definition, AccessDescription access, PushSources sources) {
    var document = new OpenApiDocument(definition);
    document.describe();
    access.addTo(document.document);
    SourcesDescription.addTo(document.document, sources);
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
    ErrorResponses.addTo(object(document, "components", "responses"));
    describePush();
    new QueryOperations(definition, document).describe();
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

  /** The object at the end of the path, which must be there. */
  static ObjectNode object(JsonNode from, String... path) {
    var node = from;
    for (var name : path) {
      node = node.required(name);
    }
    return (ObjectNode) node;
  }

  /** A fresh copy of a document beside this class. */
  static ObjectNode resource(String name) {
    try (var in = OpenApiDocument.class.getResourceAsStream(name)) {
      return (ObjectNode) JSON.readTree(Objects.requireNonNull(in, name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
