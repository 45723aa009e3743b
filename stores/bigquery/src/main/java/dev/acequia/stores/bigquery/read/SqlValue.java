package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;

/**
 * What stands for an expression in a statement.
 *
 * @param text as it is compared, grouped and ordered
 * @param type of that text
 * @param kind of a decimal; NUMERIC for all else
 * @param scale of a decimal: its digits after the point at most; 0 for all else
 */
record SqlValue(String text, FieldType type, NumericKind kind, int scale) {
  /** A value that is no decimal. */
  SqlValue(String text, FieldType type) {
    this(text, type, NumericKind.NUMERIC, 0);
  }

  /** A decimal with all digits that its kind has. */
  static SqlValue decimal(String text, NumericKind kind) {
    return new SqlValue(text, FieldType.DECIMAL, kind, kind.scale());
  }

  /** The same value by another text. */
  SqlValue named(String name) {
    return new SqlValue(name, type, kind, scale);
  }

  /** As it is returned: numbers for times, whose text in answers depends on settings. */
  String returned() {
    return switch (type) {
      case TIMESTAMP -> "UNIX_MICROS(" + text + ")";
      case DATE -> "UNIX_DATE(" + text + ")";
      case STRING, INT32, INT64, DOUBLE, DECIMAL, BOOLEAN, UUID, JSON -> text;
    };
  }
}
