package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The condition that a row comes after a given one in a given order, nulls included. */
final class Keyset {
  private final Parameters parameters;

  Keyset(Parameters parameters) {
    this.parameters = parameters;
  }

  /** {@code a > x OR a = x AND (b > y OR b = y AND (…))}. */
  String after(
      List<OrderTerm> order,
      List<@Nullable Literal> values,
      Function<Expression, SqlValue> columns) {
    var sql = new StringBuilder();
    for (var i = 0; i < order.size(); i++) {
      var column = columns.apply(order.get(i).expression());
      var value = values.get(i);
      sql.append(i == 0 ? "(" : " AND (").append(beyond(order.get(i), column, value));
      if (i < order.size() - 1) {
        sql.append(" OR ")
            .append(
                value == null
                    ? column.text() + " IS NULL"
                    : comparison(column, Operator.EQ, value));
      }
    }
    return sql.append(")".repeat(order.size())).toString();
  }

  private String beyond(OrderTerm term, SqlValue column, @Nullable Literal value) {
    if (value == null) {
      return switch (term.nulls()) {
        case FIRST -> column.text() + " IS NOT NULL";
        case LAST -> "FALSE";
      };
    }
    var beyond =
        comparison(column, term.direction() == Direction.ASC ? Operator.GT : Operator.LT, value);
    return term.expression().nullable() && term.nulls() == Nulls.LAST
        ? beyond + " OR " + column.text() + " IS NULL"
        : beyond;
  }

  /** A cursor is made by anyone, so it may name a value that the column cannot have. */
  private String comparison(SqlValue column, Operator operator, Literal value) {
    var fitted = Fitting.fitted(operator, value, column.kind());
    if (fitted == null) {
      throw new IllegalStateException("only DISTINCT holds for every row");
    }
    return column.text()
        + Conditions.operator(fitted.operator())
        + parameters.add(fitted.value(), column.kind());
  }
}
