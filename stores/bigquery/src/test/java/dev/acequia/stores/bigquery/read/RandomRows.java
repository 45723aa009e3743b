package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Random rows of every type. */
final class RandomRows {
  /** Many digits before the point, and the last one that a NUMERIC has after it. */
  private static final List<BigDecimal> EXTREMES =
      List.of(new BigDecimal("12345678901234567890123.12"), new BigDecimal("-0.000000001"));

  /** A field of doubles that no other type holds. */
  static final String INEXACT = "wide";

  /** Doubles whose texts have many digits; few, since sums of them depend on their order. */
  private static final List<Double> DOUBLES =
      List.of(0.1 + 0.2, 1e15, 123456789012345.6, 1e-4, -9.5e-5, 2.2250738585072014e-308, 1e300);

  /** Besides one of each type: a column's name in statements, and doubles of every size. */
  static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          Stream.concat(
                  FuzzValues.FIELDS.stream(),
                  Stream.of(
                      new Field("c0", FieldType.INT32, false, null),
                      new Field(INEXACT, FieldType.DOUBLE, false, null)))
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
          FuzzValues.put(record, field, value(field, random));
        }
      }
      records.add(record.toString());
    }
    return records;
  }

  private static Object value(Field field, Random random) {
    return field.name().equals(INEXACT)
        ? DOUBLES.get(random.nextInt(DOUBLES.size()))
        : shortest(FuzzValues.value(field, random, EXTREMES));
  }

  static Literal literal(FieldType type, Random random) {
    var value = shortest(FuzzValues.value(type, random, EXTREMES));
    return new Literal(
        type, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value);
  }

  /** BigQuery writes decimals without trailing zeros, so the reference store gets them so. */
  private static Object shortest(Object value) {
    if (!(value instanceof BigDecimal number)) {
      return value;
    }
    var shortest = number.stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }
}
