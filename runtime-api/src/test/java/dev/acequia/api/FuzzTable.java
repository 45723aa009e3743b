package dev.acequia.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random rows of every type as Java objects, and as JSON for the stores. */
final class FuzzTable {
  private static final int ROWS = 150;
  private static final List<BigDecimal> EXTREMES =
      List.of(new BigDecimal("123456789012345678901234567890.12"));

  private FuzzTable() {}

  /** A null is a name that is not there. */
  static List<Map<String, Object>> rows(Random random) {
    var rows = new ArrayList<Map<String, Object>>();
    for (var i = 0; i < ROWS; i++) {
      var row = new LinkedHashMap<String, Object>();
      for (var field : FuzzValues.FIELDS) {
        if (field.required() || random.nextInt(5) > 0) {
          row.put(field.name(), FuzzValues.value(field, random, EXTREMES));
        }
      }
      row.put("id", i);
      rows.add(row);
    }
    return rows;
  }

  /** A value that PostgreSQL holds. */
  static Object value(FieldType type, Random random) {
    return FuzzValues.value(type, random, EXTREMES);
  }

  /** The rows as the body of a push. */
  static String json(List<Map<String, Object>> rows) {
    var array = JsonNodeFactory.withExactBigDecimals(true).arrayNode();
    for (var row : rows) {
      var record = array.addObject();
      for (var field : FuzzValues.FIELDS) {
        var value = row.get(field.name());
        if (value != null) {
          FuzzValues.put(record, field, value);
        }
      }
    }
    return array.toString();
  }
}
