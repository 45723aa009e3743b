package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;

/**
 * What stands for an expression in a statement.
 *
 * @param text as it is compared, grouped and ordered
 * @param type of that text
 * @param kind of a decimal; NUMERIC for all else
 * @param written whether the answer has the value's text, which the reader writes. It is ordered as
 *     the value is, which for all of these but doubles is the order of their texts
 */
record SqlValue(String text, FieldType type, NumericKind kind, boolean written) {
  SqlValue(String text, FieldType type) {
    this(text, type, NumericKind.NUMERIC, false);
  }

  SqlValue named(String name) {
    return new SqlValue(name, type, kind, written);
  }

  SqlValue asText() {
    return new SqlValue(text, type, kind, true);
  }

  /** As it is returned: numbers for times, whatever form the interface has for them. */
  String returned() {
    return switch (type) {
      case TIMESTAMP -> "UNIX_MICROS(" + text + ")";
      case DATE -> "UNIX_DATE(" + text + ")";
      case STRING, INT32, INT64, DOUBLE, DECIMAL, BOOLEAN, UUID, JSON -> text;
    };
  }
}
