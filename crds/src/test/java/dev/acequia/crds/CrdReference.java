package dev.acequia.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.StreamSupport;

/** The page that documents every field, made from the CRD. */
final class CrdReference {
  static final Path COMMITTED = Path.of("../docs/crd-reference.md");

  private static final String INTRODUCTION =
      """
      <!-- Generated from the CRD; do not edit. -->
      # DataPipeline: every field
      API `acequia.dev/v1alpha1`, kind `DataPipeline`, short name `dp`. `kubectl explain dp.spec` shows the same texts.
      Only `schema.fields` and `store` have to be given; what else holds is filled in, so that `kubectl get -o yaml`
      shows what is in force. A wrong value is refused when it is applied, with a message that says what to do.

      A pipeline's name has lower-case letters, digits and `-`, begins with a letter and ends with a letter or digit, and
      has at most 40 characters.

      ## Types of a record's fields
      | type | in JSON and CSV | in OpenAPI | in Arrow | in PostgreSQL | in a lake | in DynamoDB | in BigQuery |
      | --- | --- | --- | --- | --- | --- | --- | --- |
      | `string` | string | `string` | `utf8` | `text` | `string` | `S` | `STRING` |
      | `int32` | number without fraction | `integer`, `int32` | `int32` | `integer` | `int` | `N` | `INT64` |
      | `int64` | number without fraction | `integer`, `int64` | `int64` | `bigint` | `long` | `N` | `INT64` |
      | `double` | number | `number`, `double` | `float64` | `double precision` | `double` | `N`; `S` beyond its range | `FLOAT64` |
      | `decimal` | number, or string to keep every digit | `number` | `utf8` | `numeric` | `decimal(38, 18)` | `N`, at most 38 digits | `NUMERIC` |
      | `decimal`, `precision: p`, `scale: s` | the same | `number` with bounds | `utf8` | `numeric(p, s)` | `decimal(p, s)` | `N` | `NUMERIC` or `BIGNUMERIC` |
      | `boolean` | `true` or `false` | `boolean` | `bool` | `boolean` | `boolean` | `BOOL` | `BOOL` |
      | `date` | string, `2013-01-31` | `string`, `date` | `date32` | `date` | `date` | `S`, as in JSON | `DATE` |
      | `timestamp` | string, RFC 3339 with offset, `2013-01-31T06:00:00-05:00` | `string`, `date-time` | `timestamp(us, UTC)` | `timestamptz` | `timestamptz` | `S`, in UTC with six digits of the fraction | `TIMESTAMP` |
      | `uuid` | string, `3f333df6-90a4-4fda-8dd3-9485d27cee36` | `string`, `uuid` | `utf8` | `uuid` | `uuid` | `S` | `STRING` |
      | `json` | any value | any | `utf8` | `jsonb` | `string` | `S` | `STRING` |
      """;

  private static final String REPLAY =
      """

      # DataPipelineReplay: every field
      API `acequia.dev/v1alpha1`, kind `DataPipelineReplay`, short name `dpr`; `kubectl explain dpr.spec`. A replay reads a
      part of a pipeline's topic into its store again, once. What is there already stays as it is; what is missing returns.
      New records wait until it has ended. In mode upsert a row that was deleted since does not return.
      `kubectl wait --for=condition=Ready dpr/NAME` waits for its end, `kubectl delete dpr/NAME` cancels it: in mode append
      reading jumps back to where it was, in mode upsert partitions that have begun run to the present.
      """;

  private final StringBuilder page = new StringBuilder(INTRODUCTION);

  private CrdReference() {}

  static String of(JsonNode pipeline, JsonNode replay) {
    var reference = new CrdReference();
    reference.sections(pipeline, "");
    reference.page.append(REPLAY);
    reference.sections(replay, " of a DataPipelineReplay");
    return reference.page.toString();
  }

  private void sections(JsonNode crd, String owner) {
    var schema = crd.at("/spec/versions/0/schema/openAPIV3Schema/properties");
    section("spec", owner, schema.get("spec"));
    section("status", owner, schema.get("status"));
  }

  private void section(String path, String owner, JsonNode schema) {
    page.append("\n## ").append(path).append(owner).append('\n');
    page.append(schema.path("description").asText()).append("\n\n");
    page.append("| field | type | default | |\n| --- | --- | --- | --- |\n");
    var below = new ArrayList<Runnable>();
    for (var property : schema.path("properties").properties()) {
      var name = property.getKey();
      var field = property.getValue();
      page.append(
          "| `%s` | %s | %s | %s |\n".formatted(name, type(field), fallback(field), text(field)));
      if (field.has("properties")) {
        below.add(() -> section(path + "." + name, owner, field));
      } else if (field.path("items").has("properties")) {
        below.add(() -> section(path + "." + name + "[]", owner, field.get("items")));
      }
    }
    below.forEach(Runnable::run);
  }

  private static String type(JsonNode field) {
    if (field.has("enum")) {
      return String.join(
          ", ",
          StreamSupport.stream(field.get("enum").spliterator(), false)
              .map(value -> "`" + value.asText() + "`")
              .toList());
    }
    var type = field.path("type").asText();
    var items = field.path("items").path("type").asText();
    return switch (type) {
      case "array" -> "list of %s%s".formatted(items, bounds(field, "minItems", "maxItems"));
      case "string" -> type + bounds(field, "minLength", "maxLength");
      default -> type + bounds(field, "minimum", "maximum");
    };
  }

  private static String bounds(JsonNode field, String least, String most) {
    if (field.has(least) && field.has(most)) {
      return ", %s to %s".formatted(field.get(least), field.get(most));
    }
    if (field.has(most)) {
      return ", at most %s".formatted(field.get(most));
    }
    return field.has(least) ? ", at least %s".formatted(field.get(least)) : "";
  }

  private static String fallback(JsonNode field) {
    var value = field.path("default");
    return value.isValueNode() ? "`" + value.asText() + "`" : "";
  }

  private static String text(JsonNode field) {
    return field.path("description").asText().replace("<", "&lt;").replace("|", "\\|");
  }
}
