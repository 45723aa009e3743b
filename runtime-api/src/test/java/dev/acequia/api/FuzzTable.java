package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
    return rows(random, EXTREMES);
  }

  /** Rows with these extreme decimals; stores differ in the digits that they hold. */
  static List<Map<String, Object>> rows(Random random, List<BigDecimal> extremes) {
    var rows = new ArrayList<Map<String, Object>>();
    for (var i = 0; i < ROWS; i++) {
      var row = new LinkedHashMap<String, Object>();
      for (var field : FuzzValues.FIELDS) {
        if (field.required() || random.nextInt(5) > 0) {
          row.put(field.name(), FuzzValues.value(field, random, extremes));
        }
      }
      row.put("id", i);
      rows.add(row);
    }
    return rows;
  }

  /** Strips trailing zeros of decimals, which some stores do not keep. */
  static List<Map<String, Object>> shortest(List<Map<String, Object>> rows) {
    rows.forEach(
        row ->
            row.replaceAll(
                (_, value) -> {
                  if (!(value instanceof BigDecimal number)) {
                    return value;
                  }
                  var shortest = number.stripTrailingZeros();
                  return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
                }));
    return rows;
  }

  /** Stores rows in a table that was migrated, from offset 0 on. */
  static void store(
      PipelineDefinition definition,
      Map<String, String> environment,
      List<Map<String, Object>> rows)
      throws TerminationException, StoreUnavailableException, BadRecordException {
    try (var writer = StoreWriter.open(definition, environment)) {
      var batch = writer.newBatch();
      var row = new Row(definition.schema());
      var decoder = new RecordDecoder(definition.schema());
      for (var i = 0; i < rows.size(); i++) {
        var array = json(List.of(rows.get(i))).getBytes(StandardCharsets.UTF_8);
        decoder.decode(array, 1, array.length - 2, row);
        batch.add(row, new Arrival().from(1, 0, i));
      }
      var claim = writer.claim(0).orElseThrow();
      writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), 0, rows.size(), null)),
          rejected -> assertThat(rejected).isEmpty());
    }
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
