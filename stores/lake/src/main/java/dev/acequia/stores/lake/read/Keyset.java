package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.sql.ConditionText;
import dev.acequia.stores.sql.KeysetText;
import java.math.BigDecimal;

/** The condition that a row comes after a given one, in DuckDB's SQL. */
final class Keyset extends KeysetText<SqlValue> {
  @Override
  protected String text(SqlValue column) {
    return column.text();
  }

  @Override
  protected String comparison(SqlValue column, Operator operator, Literal value) {
    if (column.type() != FieldType.DECIMAL) {
      return column.text() + ConditionText.operator(operator) + SqlText.value(value, 0);
    }
    var fitted =
        Fitting.fitted(operator, (BigDecimal) value.value(), SqlText.PRECISION, column.scale());
    if (fitted == null) {
      throw new IllegalStateException("only DISTINCT holds for every row");
    }
    return column.text()
        + ConditionText.operator(fitted.operator())
        + SqlText.value(new Literal(FieldType.DECIMAL, fitted.value()), column.scale());
  }
}
