package dev.acequia.crds;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * The CRDs as the generator makes them from the model, with what the generator has no annotation
 * for.
 */
enum GeneratedCrd {
  PIPELINE(DataPipeline.class, DataPipelineSpec.class, DataPipelineStatus.class) {
    @Override
    void finish(ObjectNode schema) {
      // Duplicates are refused, changes compare a field with itself, and appliers merge by name.
      listMap(at(schema, "/properties/spec/properties/schema/properties/fields"), "name");
      // Else an unknown store would be dropped, or named without saying which ones there are.
      at(schema, "/properties/spec/properties/store")
          .put("x-kubernetes-preserve-unknown-fields", true)
          .put("maxProperties", 1);
      for (var component : List.of("migration", "consumer", "api")) {
        var annotations =
            at(
                schema,
                "/properties/spec/properties/serviceAccounts/properties/"
                    + component
                    + "/properties/annotations");
        annotations.put("maxProperties", ServiceAccountSpec.MOST_ANNOTATIONS);
        at(annotations, "/additionalProperties").put("maxLength", ServiceAccountSpec.MOST_CHARS);
      }
    }
  },
  REPLAY(DataPipelineReplay.class, DataPipelineReplaySpec.class, DataPipelineReplayStatus.class) {
    @Override
    void finish(ObjectNode schema) {
      for (var end : List.of("from", "to")) {
        listMap(
            at(schema, "/properties/spec/properties/" + end + "/properties/offsets"), "partition");
      }
      listMap(at(schema, "/properties/status/properties/partitions"), "partition");
    }
  };

  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  private final Class<? extends CustomResource<?, ?>> type;
  private final Class<?> spec;
  private final Class<?> status;

  GeneratedCrd(Class<? extends CustomResource<?, ?>> type, Class<?> spec, Class<?> status) {
    this.type = type;
    this.spec = spec;
    this.status = status;
  }

  /** The committed one, which the chart installs; tests run in their module's folder. */
  Path committed() {
    return Path.of("../helm/acequia-crds/templates/" + CustomResource.getCRDName(type) + "-v1.yml");
  }

  String yaml() throws IOException {
    var crd = (ObjectNode) YAML.readTree(generate());
    var version = at(crd, "/spec/versions/0");
    orderColumns((ArrayNode) version.required("additionalPrinterColumns"));
    var schema = at(version, "/schema/openAPIV3Schema");
    tidy(schema);
    schema.withArray("required").add("spec");
    describe(schema, type);
    describe(at(schema, "/properties/spec"), spec);
    describe(at(schema, "/properties/status"), status);
    listMap(at(schema, "/properties/status/properties/conditions"), "type");
    finish(schema);
    return "# Generated from the model in crds/; do not edit.\n" + YAML.writeValueAsString(crd);
  }

  /** What only this resource needs. */
  abstract void finish(ObjectNode schema);

  /** The generator sorts columns by path. */
  private void orderColumns(ArrayNode columns) {
    var order =
        Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    var sorted = new ArrayList<JsonNode>();
    columns.forEach(sorted::add);
    sorted.sort(Comparator.comparing(column -> order.indexOf(column.required("name").asText())));
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

  private String generate() {
    var bytes = new ByteArrayOutputStream();
    new CRDGenerator()
        .customResourceClasses(type)
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
