package dev.acequia.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Rows of every type as Java objects, and as JSON for the stores. Doubles are sums of powers of
 * two, so that their sums are exact in any order.
 */
final class FuzzTable {
  private static final int ROWS = 150;

  /** Text that some parser between client and table might take for its own. */
  static final List<String> TEXTS =
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
          "line\nbreak");

  static final List<Field> FIELDS =
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
          new Field("j", FieldType.JSON, false, null));

  private FuzzTable() {}

  /** A null is a name that is not there. */
  static List<Map<String, Object>> rows(Random random) {
    var rows = new ArrayList<Map<String, Object>>();
    for (var i = 0; i < ROWS; i++) {
      var row = new LinkedHashMap<String, Object>();
      for (var field : FIELDS) {
        if (field.required() || random.nextInt(5) > 0) {
          row.put(field.name(), value(field.type(), random));
        }
      }
      row.put("id", i);
      rows.add(row);
    }
    return rows;
  }

  /** A value of the type, from a set so small that rows have values in common. */
  static Object value(FieldType type, Random random) {
    return switch (type) {
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case INT32 -> random.nextInt(12) - 4;
      case INT64 ->
          random.nextBoolean() ? random.nextInt(6) : 9_007_199_254_740_990L + random.nextInt(6);
      case DOUBLE -> (random.nextInt(20) - 8) / 4.0;
      case DECIMAL ->
          random.nextInt(4) == 0
              ? new BigDecimal("123456789012345678901234567890.12")
              : BigDecimal.valueOf(random.nextInt(30) - 10, 2);
      case BOOLEAN -> random.nextBoolean();
      case DATE -> LocalDate.of(2012, 2, 27).plusDays(random.nextInt(5));
      case TIMESTAMP -> Instant.parse("2013-01-01T05:00:00Z").plusMillis(random.nextInt(5) * 250L);
      case UUID -> new UUID(random.nextBoolean() ? 1 : -1, random.nextInt(3));
      case JSON -> "{\"a\": " + random.nextInt(3) + "}";
    };
  }

  /** The rows as the body of a push. */
  static String json(List<Map<String, Object>> rows) {
    var array = JsonNodeFactory.withExactBigDecimals(true).arrayNode();
    for (var row : rows) {
      var record = array.addObject();
      row.forEach(
          (name, value) -> {
            switch (value) {
              case Integer number -> record.put(name, number);
              case Long number -> record.put(name, number);
              case Double number -> record.put(name, number);
              case BigDecimal number -> record.put(name, number);
              case Boolean truth -> record.put(name, truth);
              case String text when name.equals("j") ->
                  record.putRawValue(name, new RawValue(text));
              default -> record.put(name, value.toString());
            }
          });
    }
    return array.toString();
  }
}
