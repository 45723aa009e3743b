package dev.acequia.stores.postgres;

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
  private Keyset() {}

  static void after(
      Sql sql,
      List<OrderTerm> order,
      List<@Nullable Literal> values,
      Function<Expression, String> name) {
    var direction = order.getFirst().direction();
    if (order.stream()
        .allMatch(term -> term.direction() == direction && !term.expression().nullable())) {
      rowComparison(sql, order, values, name);
    } else {
      stepwise(sql, order, values, name);
    }
  }

  /** {@code (a, b) > (?, ?)}: what an index on (a, b) answers from its middle. */
  private static void rowComparison(
      Sql sql,
      List<OrderTerm> order,
      List<@Nullable Literal> values,
      Function<Expression, String> name) {
    var separator = "(";
    for (var term : order) {
      sql.add(separator).add(name.apply(term.expression()));
      separator = ", ";
    }
    separator = order.getFirst().direction() == Direction.ASC ? ") > (" : ") < (";
    for (var value : values) {
      sql.add(separator).bind(java.util.Objects.requireNonNull(value, "null in a key"));
      separator = ", ";
    }
    sql.add(")");
  }

  /** {@code a > ? OR a = ? AND (b > ? OR b = ? AND (…))}. */
  private static void stepwise(
      Sql sql,
      List<OrderTerm> order,
      List<@Nullable Literal> values,
      Function<Expression, String> name) {
    bound(sql, order.getFirst(), values.getFirst(), name);
    for (var i = 0; i < order.size(); i++) {
      var term = order.get(i);
      var column = name.apply(term.expression());
      var value = values.get(i);
      sql.add("(");
      beyond(sql, term, column, value);
      if (i < order.size() - 1) {
        sql.add(" OR ").add(column);
        if (value == null) {
          sql.add(" IS NULL AND ");
        } else {
          sql.add(" = ").bind(value).add(" AND ");
        }
      }
    }
    sql.add(")".repeat(order.size()));
  }

  /** Says again, in a form that an index can start from, what the first term implies. */
  private static void bound(
      Sql sql, OrderTerm first, @Nullable Literal value, Function<Expression, String> name) {
    var nullsFollow = first.expression().nullable() && first.nulls() == Nulls.LAST;
    if (value != null && !nullsFollow) {
      sql.add(name.apply(first.expression()))
          .add(first.direction() == Direction.ASC ? " >= " : " <= ")
          .bind(value)
          .add(" AND ");
    }
  }

  private static void beyond(Sql sql, OrderTerm term, String column, @Nullable Literal value) {
    if (value == null) {
      switch (term.nulls()) {
        case FIRST -> sql.add(column).add(" IS NOT NULL");
        case LAST -> sql.add("FALSE");
      }
      return;
    }
    sql.add(column).add(term.direction() == Direction.ASC ? " > " : " < ").bind(value);
    if (term.expression().nullable() && term.nulls() == Nulls.LAST) {
      sql.add(" OR ").add(column).add(" IS NULL");
    }
  }
}
