package dev.acequia.stores.lake.table;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /** Those of a decimal whose field says nothing of them. */
  public static final Digits DIGITS = new Digits(Digits.MAX_PRECISION, 18);

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
      var type = type(field);
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
   * The type of the field whose column it is; of a decimal, whatever its digits.
   *
   * @throws IllegalArgumentException when no field has such a column
   */
  public static FieldType fieldType(NestedField column) {
    if ("json".equals(column.doc())) {
      return FieldType.JSON;
    }
    return switch (column.type()) {
      case Types.StringType _ -> FieldType.STRING;
      case Types.IntegerType _ -> FieldType.INT32;
      case Types.LongType _ -> FieldType.INT64;
      case Types.DoubleType _ -> FieldType.DOUBLE;
      case Types.DecimalType _ -> FieldType.DECIMAL;
      case Types.BooleanType _ -> FieldType.BOOLEAN;
      case Types.DateType _ -> FieldType.DATE;
      case Types.TimestampType time when time.shouldAdjustToUTC() -> FieldType.TIMESTAMP;
      case Types.UUIDType _ -> FieldType.UUID;
      default ->
          throw new IllegalArgumentException(
              "column '%s' is of a type that no field has: %s"
                  .formatted(column.name(), column.type()));
    };
  }

  /** What holds the values of a field. */
  public static Type.PrimitiveType type(Field field) {
    return switch (field.type()) {
      case STRING, JSON -> Types.StringType.get();
      case INT32 -> Types.IntegerType.get();
      case INT64 -> Types.LongType.get();
      case DOUBLE -> Types.DoubleType.get();
      case DECIMAL -> {
        var digits = digits(field);
        yield Types.DecimalType.of(digits.precision(), digits.scale());
      }
      case BOOLEAN -> Types.BooleanType.get();
      case DATE -> Types.DateType.get();
      case TIMESTAMP -> Types.TimestampType.withZone();
      case UUID -> Types.UUIDType.get();
    };
  }

  /** The digits of a decimal's column. */
  public static Digits digits(Field field) {
    return Objects.requireNonNullElse(field.digits(), DIGITS);
  }
}
