package dev.acequia.stores.sql;

import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The condition that a row comes after a given one in a given order, nulls included.
 *
 * @param <C> a column in a dialect
 */
public abstract class KeysetText<C> {
  protected abstract String text(C column);

  /** A cursor is made by anyone, so it may name a value that the column cannot have. */
  protected abstract String comparison(C column, Operator operator, Literal value);

  /** {@code a > x OR a = x AND (b > y OR b = y AND (…))}. */
  public final String after(
      List<OrderTerm> order, List<@Nullable Literal> values, Function<Expression, C> columns) {
    var sql = new StringBuilder();
    for (var i = 0; i < order.size(); i++) {
      var column = columns.apply(order.get(i).expression());
      var value = values.get(i);
      sql.append(i == 0 ? "(" : " AND (").append(beyond(order.get(i), column, value));
      if (i < order.size() - 1) {
        sql.append(" OR ")
            .append(
                value == null ? text(column) + " IS NULL" : comparison(column, Operator.EQ, value));
      }
    }
    return sql.append(")".repeat(order.size())).toString();
  }

  private String beyond(OrderTerm term, C column, @Nullable Literal value) {
    if (value == null) {
      return switch (term.nulls()) {
        case FIRST -> text(column) + " IS NOT NULL";
        case LAST -> "FALSE";
      };
    }
    var beyond =
        comparison(column, term.direction() == Direction.ASC ? Operator.GT : Operator.LT, value);
    return term.expression().nullable() && term.nulls() == Nulls.LAST
        ? beyond + " OR " + text(column) + " IS NULL"
        : beyond;
  }
}
