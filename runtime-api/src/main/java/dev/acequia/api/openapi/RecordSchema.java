package dev.acequia.api.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A pipeline's schema as JSON Schema, and records that fit it. */
final class RecordSchema {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RecordSchema() {}

  /** The record as it is pushed. */
  static ObjectNode of(Schema schema) {
    var record = NODES.objectNode().put("type", "object");
    record.set("properties", properties(schema, false));
    var required = record.putArray("required");
    for (var i = 0; i < schema.fields().size(); i++) {
      if (schema.isRequired(i)) {
        required.add(schema.fields().get(i).name());
      }
    }
    if (!schema.key().isEmpty()) {
      // For clients that must keep the order of one key's records.
      schema.key().forEach(record.putArray("x-acequia-key")::add);
    }
    record.put("additionalProperties", schema.unknownFields() == UnknownFields.DROP);
    record.putArray("examples").add(example(schema, 0));
    return record;
  }

  /** Each field's own schema; in an answer, a group may lack any of them. */
  private static ObjectNode properties(Schema schema, boolean allNullable) {
    var properties = NODES.objectNode();
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      properties.set(field.name(), property(field, allNullable || !schema.isRequired(i)));
    }
    return properties;
  }

  /**
   * A record that the pipeline accepts.
   *
   * @param number tells examples apart
   */
  static ObjectNode example(Schema schema, int number) {
    var example = NODES.objectNode();
    schema.fields().forEach(field -> example.set(field.name(), exampleOf(field, number)));
    return example;
  }

  /** Records as CSV with a header. */
  static String csv(Schema schema, ObjectNode... records) {
    var csv = new StringBuilder();
    csv.append(schema.fields().stream().map(Field::name).collect(Collectors.joining(",")));
    for (var record : records) {
      csv.append("\r\n")
          .append(
              schema.fields().stream()
                  .map(field -> csv(record.get(field.name())))
                  .collect(Collectors.joining(",")));
    }
    return csv.append("\r\n").toString();
  }

  private static String csv(JsonNode value) {
    return value.isContainerNode()
        ? '"' + value.toString().replace("\"", "\"\"") + '"'
        : value.asText();
  }

  /** A field's value as it would stand in a filter. */
  static String exampleText(Field field) {
    return exampleOf(field, 0).asText();
  }

  private static ObjectNode property(Field field, boolean nullable) {
    var property = NODES.objectNode();
    var type =
        switch (field.type()) {
          case STRING, DATE, TIMESTAMP, UUID -> "string";
          case INT32, INT64 -> "integer";
          case DOUBLE, DECIMAL -> "number";
          case BOOLEAN -> "boolean";
          case JSON -> "";
        };
    if (!type.isEmpty() && nullable) {
      property.putArray("type").add(type).add("null");
    } else if (!type.isEmpty()) {
      property.put("type", type);
    }
    switch (field.type()) {
      case INT32 ->
          property
              .put("format", "int32")
              .put("minimum", Integer.MIN_VALUE)
              .put("maximum", Integer.MAX_VALUE);
      case INT64 ->
          property
              .put("format", "int64")
              .put("minimum", Long.MIN_VALUE)
              .put("maximum", Long.MAX_VALUE);
      case DOUBLE -> property.put("format", "double");
      case DATE -> property.put("format", "date");
      case TIMESTAMP -> property.put("format", "date-time");
      case UUID -> property.put("format", "uuid");
      case DECIMAL -> bound(property, field.digits());
      case STRING, BOOLEAN, JSON -> {}
    }
    if (field.description() != null) {
      property.put("description", field.description());
    }
    property.put("x-acequia-type", name(field.type()));
    property.putArray("examples").add(exampleOf(field, 0));
    return property;
  }

  /**
   * What JSON Schema can say of a decimal's digits. There is no {@code multipleOf} for a scale:
   * validators divide doubles, and would refuse 1.13 as a multiple of 0.01.
   */
  private static void bound(ObjectNode property, @Nullable Digits digits) {
    if (digits == null) {
      return;
    }
    var beyond = BigDecimal.TEN.pow(digits.beforePoint());
    property
        .put("exclusiveMinimum", beyond.negate())
        .put("exclusiveMaximum", beyond)
        .put("x-acequia-precision", digits.precision())
        .put("x-acequia-scale", digits.scale());
    if (digits.scale() == 0) {
      property.put("multipleOf", 1);
    }
  }

  private static JsonNode exampleOf(Field field, int number) {
    return switch (field.type()) {
      case STRING -> NODES.textNode(field.name() + " " + (char) ('A' + number));
      case INT32 -> NODES.numberNode(number + 1);
      case INT64 -> NODES.numberNode(9_007_199_254_740_993L + number);
      case DOUBLE -> NODES.numberNode(number + 12.5);
      case DECIMAL -> NODES.numberNode(decimal(field.digits(), number));
      case BOOLEAN -> NODES.booleanNode(number % 2 == 0);
      case DATE -> NODES.textNode("2013-01-0" + (number + 1));
      case TIMESTAMP -> NODES.textNode("2013-01-01T0" + (number + 5) + ":00:00Z");
      case UUID -> NODES.textNode("6f1f2b1c-0000-4000-8000-00000000000" + number);
      case JSON -> NODES.objectNode().put("note", number);
    };
  }

  /** Of one digit where there is no room for more. */
  private static BigDecimal decimal(@Nullable Digits digits, int number) {
    return digits == null || (digits.beforePoint() >= 4 && digits.scale() >= 1)
        ? new BigDecimal("1234.50").add(BigDecimal.valueOf(number))
        : BigDecimal.valueOf(number + 1L, digits.beforePoint() == 0 ? 1 : 0);
  }

  private static String name(FieldType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
