package dev.acequia.stores.bigquery.table;

import com.google.cloud.bigquery.StandardSQLTypeName;
import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import java.util.Objects;

/**
 * The columns of a table: those that say where a record stood first and how it came there, then one
 * for each field.
 */
public final class Columns {
  /** The generation of the partition's log, INT64. */
  public static final String GENERATION = "_generation";

  /** The partition, INT64. BigQuery takes no column whose name begins with {@code _partition}. */
  public static final String PARTITION = "_topic_partition";

  /** The offset, INT64. */
  public static final String OFFSET = "_offset";

  /**
   * Where the record was read, INT64: its offset, unless it was sent back from the dead letters.
   */
  public static final String READ = "_read";

  /** Of the claim that it was stored under, INT64. */
  public static final String FENCE = "_fence";

  /**
   * The leader's epoch of the record, INT64, in rows after which reading goes on; null in others.
   */
  public static final String EPOCH = "_epoch";

  /** True in the row of a key that was deleted, null in all others, BOOL; in upsert mode only. */
  public static final String DELETED = "_deleted";

  /** When that row was stored, TIMESTAMP; in upsert mode only. */
  public static final String DELETED_AT = "_deleted_at";

  /** Those of a decimal whose field says nothing of them: BigQuery's NUMERIC. */
  public static final Digits DIGITS = new Digits(38, 9);

  private Columns() {}

  /** What holds the values of a field. JSON is the text that was sent, and so is a uuid. */
  public static StandardSQLTypeName type(Field field) {
    return switch (field.type()) {
      case STRING, JSON, UUID -> StandardSQLTypeName.STRING;
      case INT32, INT64 -> StandardSQLTypeName.INT64;
      case DOUBLE -> StandardSQLTypeName.FLOAT64;
      case DECIMAL -> numeric(digits(field));
      case BOOLEAN -> StandardSQLTypeName.BOOL;
      case DATE -> StandardSQLTypeName.DATE;
      case TIMESTAMP -> StandardSQLTypeName.TIMESTAMP;
    };
  }

  private static StandardSQLTypeName numeric(Digits digits) {
    return digits.scale() <= ServiceLimits.NUMERIC_AFTER
            && digits.beforePoint() <= ServiceLimits.NUMERIC_BEFORE
        ? StandardSQLTypeName.NUMERIC
        : StandardSQLTypeName.BIGNUMERIC;
  }

  /** The digits of a decimal's column. */
  public static Digits digits(Field field) {
    return Objects.requireNonNullElse(field.digits(), DIGITS);
  }
}
