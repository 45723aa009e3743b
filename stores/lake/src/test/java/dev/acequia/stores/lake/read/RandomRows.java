package dev.acequia.stores.lake.read;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Rows of every type, from sets so small that they have values in common. */
final class RandomRows {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "UA",
          "ua",
          "AA",
          "ÑANDÚ",
          "ñandú",
          "null",
          "a,b",
          "'",
          "back\\slash",
          "100%",
          "a_b",
          "'; DROP TABLE x; --",
          "?",
          "e\u0301",
          "🛶",
          "\uffff",
          "line\nbreak",
          "1.5");

  static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT32, true, null),
              new Field("s", FieldType.STRING, false, null),
              new Field("t", FieldType.STRING, false, null),
              new Field("n", FieldType.INT32, false, null),
              new Field("m", FieldType.INT64, false, null),
              new Field("d", FieldType.DOUBLE, false, null),
              new Field("p", FieldType.DECIMAL, false, null),
              new Field("b", FieldType.BOOLEAN, false, null),
              new Field("day", FieldType.DATE, false, null),
              new Field("at", FieldType.TIMESTAMP, false, null),
              new Field("u", FieldType.UUID, false, null),
              new Field("c0", FieldType.INT32, false, null),
              new Field("j", FieldType.JSON, false, null)),
          UnknownFields.REJECT);

  private RandomRows() {}

  /** Records as JSON. */
  static List<String> of(int count, Random random) {
    var records = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      var record = JsonNodeFactory.instance.objectNode();
      for (var field : SCHEMA.fields()) {
        if (field.name().equals("id")) {
          record.put("id", i);
        } else if (field.type() == FieldType.JSON) {
          record.putObject(field.name()).put("a", random.nextInt(3));
        } else if (random.nextInt(5) > 0) {
          var literal = literal(field.type(), random);
          switch (literal.value()) {
            case Integer number -> record.put(field.name(), number);
            case Long number -> record.put(field.name(), number);
            case Double number -> record.put(field.name(), number);
            case BigDecimal number -> record.put(field.name(), number);
            case Boolean truth -> record.put(field.name(), truth);
            default -> record.put(field.name(), literal.text());
          }
        }
      }
      records.add(record.toString());
    }
    return records;
  }

  /** Doubles are sums of powers of two: their sums are exact in any order. */
  static Literal literal(FieldType type, Random random) {
    return new Literal(
        type,
        switch (type) {
          case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
          case INT32 -> random.nextInt(12) - 4;
          case INT64 ->
              random.nextBoolean() ? random.nextInt(6) : 9_007_199_254_740_990L + random.nextInt(6);
          case DOUBLE -> (random.nextInt(20) - 8) / 4.0;
          case DECIMAL -> decimal(random);
          case BOOLEAN -> random.nextBoolean();
          case DATE -> LocalDate.of(2012, 2, 27).plusDays(random.nextInt(5));
          case TIMESTAMP ->
              OffsetDateTime.parse("2013-01-01T05:00:00Z")
                  .plus(random.nextInt(5) * 250L, ChronoUnit.MILLIS);
          case UUID -> new UUID(random.nextBoolean() ? 1 : -1, random.nextInt(3) - 1);
          case JSON -> throw new IllegalArgumentException("json is not compared");
        });
  }

  private static BigDecimal decimal(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new BigDecimal("12345678901234567.12");
      case 1 -> new BigDecimal("-0.000000000000000001");
      default -> {
        var small = BigDecimal.valueOf(random.nextInt(30) - 10, 2).stripTrailingZeros();
        yield small.scale() < 0 ? small.setScale(0) : small;
      }
    };
  }

  /** A row as the table has it. */
  static Record record(LakeTable table, Row row, long offset) {
    var values = LakeTable.values();
    values.put(LakeColumns.GENERATION, 1);
    values.put(LakeColumns.PARTITION, 0);
    values.put(LakeColumns.OFFSET, offset);
    for (var i = 0; i < SCHEMA.fields().size(); i++) {
      values.put(SCHEMA.fields().get(i).name(), value(row, i));
    }
    return table.row(values);
  }

  private static @Nullable Object value(Row row, int field) {
    if (row.isNull(field)) {
      return null;
    }
    return switch (SCHEMA.fields().get(field).type()) {
      case STRING, JSON -> row.stringAt(field);
      case INT32 -> (int) row.longAt(field);
      case INT64 -> row.longAt(field);
      case DOUBLE -> row.doubleAt(field);
      case DECIMAL -> row.decimalAt(field).setScale(LakeColumns.SCALE);
      case BOOLEAN -> row.longAt(field) != 0;
      case DATE -> LocalDate.ofEpochDay(row.longAt(field));
      case TIMESTAMP ->
          OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
              .plus(row.longAt(field), ChronoUnit.MICROS);
      case UUID -> row.uuidAt(field);
    };
  }
}
