package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.StandardSQLTypeName;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.TableShape;
import dev.acequia.stores.bigquery.table.TableShape.Column;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a schema makes of the fields that rows have. Allowed is what BigQuery changes in place and
 * what loses nothing: a column that may be null, a wider number. All else is refused, all of it at
 * once.
 */
final class SchemaChange {
  /** Digits of the longest int32. */
  private static final int INT32_DIGITS = 10;

  /** Digits of the longest int64. */
  private static final int INT64_DIGITS = 19;

  private final Schema schema;
  private final List<String> key;

  /** Fields whose columns keep their types: rows are found, sorted and partitioned by them. */
  private final Set<String> fixed = new HashSet<>();

  SchemaChange(PipelineDefinition definition, StoreDefinition.BigQuery store) {
    schema = definition.schema();
    key = definition.mode() == LoadMode.UPSERT ? schema.key() : List.of();
    fixed.addAll(key);
    fixed.addAll(TableShape.clustering(definition, store));
    var partition = store.partitionBy();
    if (partition != null) {
      fixed.add(partition.field());
    }
  }

  /** The fields by which rows are replaced. */
  List<String> key() {
    return key;
  }

  /**
   * The fields that rows may have afterwards, those of former schemas too.
   *
   * @param former the registry of a table that is there
   * @throws TerminationException when the change cannot be done
   */
  List<Column> columns(Registry former) throws TerminationException {
    var columns = new LinkedHashMap<String, Column>();
    former.columns().forEach(column -> columns.put(column.field().name(), column));
    if (!columns.isEmpty()) {
      check(former, columns);
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      columns.put(field.name(), new Column(field, schema.isRequired(i)));
    }
    return List.copyOf(columns.values());
  }

  private void check(Registry former, Map<String, Column> columns) throws TerminationException {
    var refusals = new ArrayList<String>();
    if (!former.key().equals(key)) {
      refusals.add("The table has another key or mode: key and mode cannot be changed.");
    }
    for (var i = 0; i < schema.fields().size(); i++) {
      check(schema.fields().get(i), schema.isRequired(i), columns, refusals);
    }
    columns.forEach(
        (name, column) -> {
          if (schema.indexOf(name) < 0 && column.required()) {
            refusals.add("Field '%s' is gone from the schema, but was required.".formatted(name));
          }
        });
    if (!refusals.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.SchemaChangeRefused, String.join(" ", refusals));
    }
  }

  private void check(
      Field field, boolean required, Map<String, Column> columns, List<String> refusals) {
    var column = columns.get(field.name());
    if (column == null) {
      if (required) {
        refusals.add("Field '%s' is new and required.".formatted(field.name()));
      }
      return;
    }
    var former = column.field();
    if (!keepsValues(former, field)) {
      refusals.add(
          "Field '%s' cannot change from %s to %s: BigQuery only turns integers into decimals that hold them, and gives decimals more digits before the point."
              .formatted(field.name(), former.typeName(), field.typeName()));
    } else if (Columns.type(former) != Columns.type(field) && fixed.contains(field.name())) {
      refusals.add(
          "Field '%s' cannot change from %s to %s: its column would change from %s to %s, and rows are found or sorted by it."
              .formatted(
                  field.name(),
                  former.typeName(),
                  field.typeName(),
                  Columns.type(former),
                  Columns.type(field)));
    }
    if (required && !column.required()) {
      refusals.add("Field '%s' cannot become required.".formatted(field.name()));
    }
  }

  /** Whether all that a field may hold before it may hold afterwards. */
  private static boolean keepsValues(Field from, Field to) {
    return switch (to.type()) {
      case INT64 -> from.type() == FieldType.INT32 || from.type() == FieldType.INT64;
      case DECIMAL ->
          switch (from.type()) {
            case INT32 -> Columns.digits(to).beforePoint() >= INT32_DIGITS;
            case INT64 -> Columns.digits(to).beforePoint() >= INT64_DIGITS;
            case DECIMAL -> Columns.digits(to).canReplace(Columns.digits(from));
            case STRING, DOUBLE, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> false;
          };
      case STRING, INT32, DOUBLE, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> from.type() == to.type();
    };
  }

  /** Whether BigQuery changes a column's type so in place. */
  static boolean widens(StandardSQLTypeName from, StandardSQLTypeName to) {
    return switch (to) {
      case NUMERIC -> from == StandardSQLTypeName.INT64;
      case BIGNUMERIC -> from == StandardSQLTypeName.INT64 || from == StandardSQLTypeName.NUMERIC;
      default -> false;
    };
  }
}
