package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.sql.ConditionText;
import dev.acequia.stores.sql.KeysetText;

/** The condition that a row comes after a given one, in GoogleSQL. */
final class Keyset extends KeysetText<SqlValue> {
  private final Parameters parameters;

  Keyset(Parameters parameters) {
    this.parameters = parameters;
  }

  @Override
  protected String text(SqlValue column) {
    return column.text();
  }

  @Override
  protected String comparison(SqlValue column, Operator operator, Literal value) {
    var fitted = Fitting.fitted(operator, value, column.kind());
    if (fitted == null) {
      throw new IllegalStateException("only DISTINCT holds for every row");
    }
    return column.text()
        + ConditionText.operator(fitted.operator())
        + parameters.add(fitted.value(), column.kind());
  }
}
