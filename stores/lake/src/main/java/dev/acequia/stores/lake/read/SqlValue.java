package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;

/**
 * What stands for an expression in a statement.
 *
 * @param text as it is compared, grouped and ordered
 * @param scale digits behind the point of a decimal; 0 for all else
 */
record SqlValue(String text, FieldType type, int scale) {
  SqlValue(String text, FieldType type) {
    this(text, type, 0);
  }

  SqlValue named(String name) {
    return new SqlValue(name, type, scale);
  }

  /** As it is returned: in a type that is taken out of a vector without a copy of its own. */
  String returned() {
    return switch (type) {
      case TIMESTAMP -> "epoch_us(" + text + ")";
      case DATE -> "CAST(" + text + " - DATE '1970-01-01' AS BIGINT)";
      case UUID -> "CAST(" + text + " AS VARCHAR)";
      case STRING, INT32, INT64, DOUBLE, DECIMAL, BOOLEAN, JSON -> text;
    };
  }
}
