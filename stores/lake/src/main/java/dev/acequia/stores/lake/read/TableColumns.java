package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.RecordColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns that queries name, as a table has them. Files are read by the ids of their columns:
 * one that a file does not have is null in it, and an int is read as the long that its column has
 * become.
 */
final class TableColumns {
  private final Schema schema;
  private final Map<String, NestedField> byName;
  private final List<ColumnStats.Kept> kept;

  private TableColumns(
      Schema schema, Map<String, NestedField> byName, List<ColumnStats.Kept> kept) {
    this.schema = schema;
    this.byName = byName;
    this.kept = kept;
  }

  /**
   * The columns of the fields and the provenance.
   *
   * @throws StoreReadException when the table lacks one, or has it in a type that does not hold it
   */
  static TableColumns of(Schema table, RecordColumns records) throws StoreReadException {
    var byName = new LinkedHashMap<String, NestedField>();
    for (var provenance : Provenance.values()) {
      byName.put(provenance.column(), required(table, provenance.column(), provenance.type()));
    }
    var kept = new ArrayList<ColumnStats.Kept>();
    for (var field : records.schema().fields()) {
      var column = required(table, field.name(), field.type());
      byName.put(field.name(), column);
      kept.add(new ColumnStats.Kept(column.fieldId(), Pruning.usesBounds(field.type())));
    }
    return new TableColumns(table, byName, List.copyOf(kept));
  }

  private static NestedField required(Schema table, String name, FieldType type)
      throws StoreReadException {
    var column = table.asStruct().field(name);
    if (column == null) {
      throw new StoreReadException(Reason.REFUSED, "column '" + name + "' does not exist");
    }
    if (!holds(column.type(), type)) {
      throw new StoreReadException(
          Reason.REFUSED, "column '%s' is of type %s".formatted(name, column.type()));
    }
    return column;
  }

  /** A column may have become wider than this process knows, and serves until the next one does. */
  private static boolean holds(Type column, FieldType type) {
    return switch (type) {
      case STRING, JSON -> column.typeId() == TypeID.STRING;
      case INT32 -> column.typeId() == TypeID.INTEGER || column.typeId() == TypeID.LONG;
      case INT64 -> column.typeId() == TypeID.LONG;
      case DOUBLE -> column.typeId() == TypeID.DOUBLE;
      case DECIMAL -> column.typeId() == TypeID.DECIMAL;
      case BOOLEAN -> column.typeId() == TypeID.BOOLEAN;
      case DATE -> column.typeId() == TypeID.DATE;
      case TIMESTAMP -> column instanceof Types.TimestampType time && time.shouldAdjustToUTC();
      case UUID -> column.typeId() == TypeID.UUID;
    };
  }

  /** The table's schema, of which these columns are a part. */
  Schema schema() {
    return schema;
  }

  private NestedField column(String name) {
    return Objects.requireNonNull(byName.get(name), name);
  }

  /** The columns that leave files out, in the order of their packed statistics. */
  List<ColumnStats.Kept> kept() {
    return kept;
  }

  /** Digits behind the point of a decimal column. */
  int scale(String name) {
    return column(name).type() instanceof Types.DecimalType decimal ? decimal.scale() : 0;
  }

  /** All digits of a decimal column. */
  int precision(String name) {
    return column(name).type() instanceof Types.DecimalType decimal
        ? decimal.precision()
        : SqlText.PRECISION;
  }

  /** What {@code read_parquet} takes for its {@code schema}; the columns are named by their ids. */
  String parameter() {
    return byName.values().stream()
        .map(column -> parameter(column.fieldId(), numbered(column), type(column.type())))
        .collect(Collectors.joining(", ", "MAP {", "}"));
  }

  /**
   * The rows of files as a table {@code t} whose columns have the fields' names. Within, they are
   * named by their ids: a field of the name {@code file_row_number} would hide DuckDB's column.
   *
   * @param rows what stands behind FROM and names the files' rows {@code f}
   */
  String named(String rows) {
    return byName.values().stream()
        .map(column -> "f." + numbered(column) + " AS " + SqlText.name(column.name()))
        .collect(Collectors.joining(", ", "(SELECT ", " FROM " + rows + ") t"));
  }

  private static String numbered(NestedField column) {
    return "c" + column.fieldId();
  }

  /** One column of {@code read_parquet}'s {@code schema}. */
  static String parameter(int id, String name, String type) {
    return "%d: {name: %s, type: '%s', default_value: NULL}"
        .formatted(id, SqlText.string(name), type);
  }

  /** A table of these columns without rows. */
  String nothing() {
    return byName.values().stream()
        .map(
            column -> "CAST(NULL AS " + type(column.type()) + ") AS " + SqlText.name(column.name()))
        .collect(Collectors.joining(", ", "(SELECT ", " WHERE FALSE) t"));
  }

  private static String type(Type type) {
    return switch (type.typeId()) {
      case STRING -> "VARCHAR";
      case INTEGER -> "INTEGER";
      case LONG -> "BIGINT";
      case DOUBLE -> "DOUBLE";
      case DECIMAL -> SqlText.decimal(((Types.DecimalType) type).scale());
      case BOOLEAN -> "BOOLEAN";
      case DATE -> "DATE";
      case TIMESTAMP -> "TIMESTAMPTZ";
      case UUID -> "UUID";
      default -> throw new IllegalStateException("no field has a column of type " + type);
    };
  }
}
