package dev.acequia.stores.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Random values of every type, from sets so small that rows have values in common. Doubles are sums
 * of powers of two, so that their sums are exact in any order.
 */
public final class FuzzValues {
  /** Text that some parser between client and table might take for its own. */
  public static final List<String> TEXTS =
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
          "(x)",
          "{y}",
          "\"q\"",
          "'",
          "back\\slash",
          "100%",
          "a_b",
          "a*b",
          "'; DROP TABLE x; --",
          "$1",
          "?",
          "e\u0301",
          "🛶",
          "\uffff",
          "a.b:c",
          "not.eq.1",
          "line\nbreak",
          "1.5");

  /** One field or more of every type; the first one is the key. */
  public static final List<Field> FIELDS =
      List.of(
          new Field("id", FieldType.INT32, true, null),
          new Field("s", FieldType.STRING, false, null),
          new Field("t", FieldType.STRING, false, null),
          new Field("n", FieldType.INT32, false, null),
          new Field("m", FieldType.INT64, false, null),
          new Field("d", FieldType.DOUBLE, false, null),
          new Field("p", FieldType.DECIMAL, false, null),
          new Field("q", FieldType.DECIMAL, false, new Digits(9, 2), null),
          new Field("w", FieldType.DECIMAL, false, new Digits(38, 30), null),
          new Field("b", FieldType.BOOLEAN, false, null),
          new Field("day", FieldType.DATE, false, null),
          new Field("at", FieldType.TIMESTAMP, false, null),
          new Field("u", FieldType.UUID, false, null),
          new Field("j", FieldType.JSON, false, null));

  private FuzzValues() {}

  /** A value of the field; {@link #value(FieldType, Random, List)} where its type says all. */
  public static Object value(Field field, Random random, List<BigDecimal> extremes) {
    var digits = field.digits();
    return digits == null ? value(field.type(), random, extremes) : decimal(digits, random);
  }

  /** A value with all digits after its point; thousands of them add up to one that fits, too. */
  private static BigDecimal decimal(Digits digits, Random random) {
    var unit = BigDecimal.ONE.movePointLeft(digits.scale());
    return switch (random.nextInt(8)) {
      case 0 -> unit.negate();
      case 1 -> BigDecimal.TEN.pow(digits.beforePoint() - 4).subtract(unit);
      default -> cents(random).setScale(digits.scale());
    };
  }

  private static BigDecimal cents(Random random) {
    return BigDecimal.valueOf(random.nextInt(30) - 10, 2);
  }

  /**
   * A value of the type: a timestamp as an {@link Instant}, JSON as its text.
   *
   * @param extremes a quarter of the decimals; stores differ in the digits that they hold
   */
  public static Object value(FieldType type, Random random, List<BigDecimal> extremes) {
    return switch (type) {
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case INT32 -> random.nextInt(12) - 4;
      case INT64 ->
          random.nextBoolean() ? random.nextInt(6) : 9_007_199_254_740_990L + random.nextInt(6);
      case DOUBLE -> (random.nextInt(20) - 8) / 4.0;
      case DECIMAL ->
          random.nextInt(4) == 0 ? extremes.get(random.nextInt(extremes.size())) : cents(random);
      case BOOLEAN -> random.nextBoolean();
      case DATE -> LocalDate.of(2012, 2, 27).plusDays(random.nextInt(5));
      case TIMESTAMP -> Instant.parse("2013-01-01T05:00:00Z").plusMillis(random.nextInt(5) * 250L);
      case UUID -> new UUID(random.nextBoolean() ? 1 : -1, random.nextInt(3) - 1);
      case JSON -> "{\"a\": " + random.nextInt(3) + "}";
    };
  }

  /** Puts a value of the field into a record. */
  public static void put(ObjectNode record, Field field, Object value) {
    var name = field.name();
    switch (value) {
      case Integer number -> record.put(name, number);
      case Long number -> record.put(name, number);
      case Double number -> record.put(name, number);
      case BigDecimal number -> record.put(name, number);
      case Boolean truth -> record.put(name, truth);
      case String text when field.type() == FieldType.JSON ->
          record.putRawValue(name, new RawValue(text));
      default -> record.put(name, value.toString());
    }
  }
}
