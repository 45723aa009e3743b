package dev.acequia.stores.lake.table;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns of a table: three that say where a record stood first, then one for each field. None
 * is required: a column that is added later is null in older rows.
 */
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
    columns.add(NestedField.optional(1, GENERATION, Types.IntegerType.get()));
    columns.add(NestedField.optional(2, PARTITION, Types.IntegerType.get()));
    columns.add(NestedField.optional(3, OFFSET, Types.LongType.get()));
    for (Field field : schema.fields()) {
      columns.add(NestedField.optional(columns.size() + 1, field.name(), type(field.type())));
    }
    return new Schema(columns);
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
