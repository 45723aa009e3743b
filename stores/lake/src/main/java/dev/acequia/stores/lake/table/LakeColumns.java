package dev.acequia.stores.lake.table;

import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** The columns of a table: three that say where a record stood first, then one for each field. */
public final class LakeColumns {
  /** The generation of the partition's log, an int. */
  public static final String GENERATION = "_generation";

  /** The partition, an int. */
  public static final String PARTITION = "_partition";

  /** The offset, a long. */
  public static final String OFFSET = "_offset";

  /** Those that are no fields, in their order. */
  public static final List<String> PROVENANCE = List.of(GENERATION, PARTITION, OFFSET);

  /** The most digits of a decimal. */
  public static final int PRECISION = 38;

  /** How many of them stand behind the point. */
  public static final int SCALE = 18;

  private LakeColumns() {}

  /** The columns of a new table. */
  public static Schema of(dev.acequia.contract.Schema schema) {
    var columns = new ArrayList<NestedField>();
    columns.add(NestedField.required(1, GENERATION, Types.IntegerType.get()));
    columns.add(NestedField.required(2, PARTITION, Types.IntegerType.get()));
    columns.add(NestedField.required(3, OFFSET, Types.LongType.get()));
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      var id = columns.size() + 1;
      var type = type(field.type());
      var doc = doc(field.type());
      columns.add(
          schema.isRequired(i)
              ? NestedField.required(id, field.name(), type, doc)
              : NestedField.optional(id, field.name(), type, doc));
    }
    return new Schema(columns);
  }

  /** The comment on a column, which tells JSON from other text; null where the type says all. */
  public static @Nullable String doc(FieldType type) {
    return type == FieldType.JSON ? "json" : null;
  }

  /**
   * The type of the field whose column it is.
   *
   * @throws IllegalArgumentException when no field has such a column
   */
  public static FieldType fieldType(NestedField column) {
    if ("json".equals(column.doc())) {
      return FieldType.JSON;
    }
    for (var type : FieldType.values()) {
      if (type(type).equals(column.type())) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "column '%s' is of a type that no field has: %s".formatted(column.name(), column.type()));
  }

  /** What holds the values of a field. */
  public static Type type(FieldType type) {
    return switch (type) {
      case STRING, JSON -> Types.StringType.get();
      case INT32 -> Types.IntegerType.get();
      case INT64 -> Types.LongType.get();
      case DOUBLE -> Types.DoubleType.get();
      case DECIMAL -> Types.DecimalType.of(PRECISION, SCALE);
      case BOOLEAN -> Types.BooleanType.get();
      case DATE -> Types.DateType.get();
      case TIMESTAMP -> Types.TimestampType.withZone();
      case UUID -> Types.UUIDType.get();
    };
  }
}
