package dev.acequia.stores.bigquery.read;

import com.google.cloud.bigquery.StandardSQLTypeName;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.bigquery.table.Columns;

/**
 * BigQuery's types of exact numbers. <a
 * href="https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types">The
 * documentation</a> has their digits; BIGNUMERIC has part of a 77th one, which is not used.
 */
enum NumericKind {
  NUMERIC(38, 9),
  BIGNUMERIC(76, 38);

  private final int precision;
  private final int scale;

  NumericKind(int precision, int scale) {
    this.precision = precision;
    this.scale = scale;
  }

  /** All digits. */
  int precision() {
    return precision;
  }

  /** Digits behind the point. */
  int scale() {
    return scale;
  }

  /** That of a field's column; NUMERIC for all that is not decimal. */
  static NumericKind of(Field field) {
    return field.type() == FieldType.DECIMAL
            && Columns.type(field) == StandardSQLTypeName.BIGNUMERIC
        ? BIGNUMERIC
        : NUMERIC;
  }
}
