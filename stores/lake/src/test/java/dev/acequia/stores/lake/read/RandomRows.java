package dev.acequia.stores.lake.read;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** Random rows of every type. */
final class RandomRows {
  /** Many digits before the point, and the last one that a column has behind it. */
  private static final List<BigDecimal> EXTREMES =
      List.of(new BigDecimal("12345678901234567.12"), new BigDecimal("-0.000000000000000001"));

  /** One field more has the name of a statement's own column. */
  static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          Stream.concat(
                  FuzzValues.FIELDS.stream(),
                  Stream.of(new Field("c0", FieldType.INT32, false, null)))
              .toList(),
          UnknownFields.REJECT);

  private RandomRows() {}

  /** Records as JSON. */
  static List<String> of(int count, Random random) {
    var records = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      var record = JsonNodeFactory.withExactBigDecimals(true).objectNode();
      for (var field : SCHEMA.fields()) {
        if (field.required()) {
          FuzzValues.put(record, field, i);
        } else if (random.nextInt(5) > 0) {
          FuzzValues.put(record, field, shortest(FuzzValues.value(field, random, EXTREMES)));
        }
      }
      records.add(record.toString());
    }
    return records;
  }

  static Literal literal(FieldType type, Random random) {
    var value = shortest(FuzzValues.value(type, random, EXTREMES));
    return new Literal(
        type, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value);
  }

  /** A lake writes decimals without trailing zeros, so the reference store gets them so. */
  private static Object shortest(Object value) {
    if (!(value instanceof BigDecimal number)) {
      return value;
    }
    var shortest = number.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
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
    var declared = SCHEMA.fields().get(field);
    return switch (declared.type()) {
      case STRING, JSON -> row.stringAt(field);
      case INT32 -> (int) row.longAt(field);
      case INT64 -> row.longAt(field);
      case DOUBLE -> row.doubleAt(field);
      case DECIMAL -> row.decimalAt(field).setScale(LakeColumns.digits(declared).scale());
      case BOOLEAN -> row.longAt(field) != 0;
      case DATE -> LocalDate.ofEpochDay(row.longAt(field));
      case TIMESTAMP ->
          OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC)
              .plus(row.longAt(field), ChronoUnit.MICROS);
      case UUID -> row.uuidAt(field);
    };
  }
}
