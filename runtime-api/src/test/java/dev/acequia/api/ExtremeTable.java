package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** A random schema that has every type, up to as many fields as a schema may have. */
final class ExtremeTable {
  static final String KEY = "id";

  /** The most of spec.schema.fields is 500. */
  private static final int[] SIZES = {12, 40, 150, 500};

  private final List<Field> fields = new ArrayList<>();

  ExtremeTable(Random random) {
    fields.add(TestPipeline.required(KEY, FieldType.INT64));
    for (var type : FieldType.values()) {
      add(type);
    }
    var size = SIZES[random.nextInt(SIZES.length)];
    while (fields.size() < size) {
      add(FieldType.values()[random.nextInt(FieldType.values().length)]);
    }
  }

  private void add(FieldType type) {
    fields.add(TestPipeline.field("f" + fields.size(), type));
  }

  List<Field> fields() {
    return List.copyOf(fields);
  }

  /** A field of the type beside the key. */
  Field any(FieldType type, Random random) {
    var all = of(type);
    return all.get(random.nextInt(all.size()));
  }

  /** A field of any type. */
  Field any(Random random) {
    return fields.get(random.nextInt(fields.size()));
  }

  private List<Field> of(FieldType type) {
    return fields.stream()
        .filter(field -> field.type() == type && !field.name().equals(KEY))
        .toList();
  }

  /** Puts all rows into the table, past the API and the consumer. */
  void fill(String table) {
    for (var rows : ExtremeRows.values()) {
      var values =
          fields.stream()
              .map(field -> field.name().equals(KEY) ? "i" : value(rows, field))
              .collect(Collectors.joining(", "));
      TestPipeline.sql(
          "INSERT INTO %s SELECT %s, 1, 0, 0 FROM generate_series(%d::bigint, %d) i"
              .formatted(table, values, rows.first(), rows.last()));
    }
  }

  private String value(ExtremeRows rows, Field field) {
    var all = of(field.type());
    return rows.value(field, all.indexOf(field), all.size());
  }

  @Override
  public String toString() {
    return Arrays.stream(FieldType.values())
        .map(type -> of(type).size() + " " + type)
        .collect(Collectors.joining(", ", fields.size() + " fields: ", ""));
  }
}
