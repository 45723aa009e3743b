package dev.acequia.crds;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The CRD as the generator makes it from the model, with what the generator has no annotation for.
 */
final class GeneratedCrd {
  /** The committed one, which the chart installs; tests run in their module's folder. */
  static final Path COMMITTED =
      Path.of("../helm/acequia-crds/templates/datapipelines.acequia.dev-v1.yml");

  private static final List<String> COLUMNS =
      List.of("Ready", "Reason", "Endpoint", "Age", "Topic", "Store", "Mode", "Consumers");

  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  private GeneratedCrd() {}

  static String yaml() throws IOException {
    var crd = (ObjectNode) YAML.readTree(generate());
    var version = at(crd, "/spec/versions/0");
    orderColumns((ArrayNode) version.required("additionalPrinterColumns"));
    var schema = at(version, "/schema/openAPIV3Schema");
    tidy(schema);
    describe(schema, DataPipeline.class);
    describe(at(schema, "/properties/spec"), DataPipelineSpec.class);
    describe(at(schema, "/properties/status"), DataPipelineStatus.class);
    // Duplicates are refused, changes compare a field with itself, and appliers merge by name.
    listMap(at(schema, "/properties/spec/properties/schema/properties/fields"), "name");
    listMap(at(schema, "/properties/status/properties/conditions"), "type");
    // Else an unknown store would be dropped, or named without saying which ones there are.
    at(schema, "/properties/spec/properties/store")
        .put("x-kubernetes-preserve-unknown-fields", true)
        .put("maxProperties", 1);
    return "# Generated from the model in crds/; do not edit.\n" + YAML.writeValueAsString(crd);
  }

  /** The generator sorts columns by path. */
  private static void orderColumns(ArrayNode columns) {
    var sorted = new ArrayList<JsonNode>();
    columns.forEach(sorted::add);
    sorted.sort(Comparator.comparing(column -> COLUMNS.indexOf(column.required("name").asText())));
    columns.removeAll().addAll(sorted);
  }

  /**
   * The generator finds a rule on a record's field and again on its accessor, prints whole numbers
   * as 1.0, and spells out the defaults below a default of {}.
   */
  private static void tidy(ObjectNode schema) {
    if (schema.get("x-kubernetes-validations") instanceof ArrayNode rules) {
      var distinct = new LinkedHashSet<JsonNode>();
      rules.forEach(distinct::add);
      rules.removeAll().addAll(distinct);
    }
    for (var bound : List.of("minimum", "maximum")) {
      if (schema.has(bound) && schema.get(bound).canConvertToExactIntegral()) {
        schema.put(bound, schema.get(bound).asLong());
      }
    }
    if (schema.get("default") instanceof ObjectNode parent) {
      parent.removeAll();
    }
    if (schema.get("properties") instanceof ObjectNode properties) {
      properties.forEach(property -> tidy((ObjectNode) property));
    }
    if (schema.get("items") instanceof ObjectNode items) {
      tidy(items);
    }
  }

  private static void describe(ObjectNode schema, Class<?> type) {
    schema.put(
        "description",
        requireNonNull(type.getAnnotation(JsonClassDescription.class), type.getName()).value());
  }

  private static void listMap(ObjectNode list, String key) {
    list.put("x-kubernetes-list-type", "map").putPOJO("x-kubernetes-list-map-keys", List.of(key));
    var required = ((ObjectNode) list.required("items")).withArray("required");
    for (var name : required) {
      if (name.asText().equals(key)) {
        return;
      }
    }
    required.add(key);
  }

  static ObjectNode at(JsonNode node, String pointer) {
    return (ObjectNode) node.requiredAt(pointer);
  }

  private static String generate() {
    var bytes = new ByteArrayOutputStream();
    new CRDGenerator()
        .customResourceClasses(DataPipeline.class)
        .forCRDVersions("v1")
        .withOutput(
            new CRDGenerator.CRDOutput<ByteArrayOutputStream>() {
              @Override
              public ByteArrayOutputStream outputFor(String name) {
                return bytes;
              }

              @Override
              public URI crdURI(String name) {
                return URI.create("file:///" + name);
              }

              @Override
              public void close() {}
            })
        .generate();
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
