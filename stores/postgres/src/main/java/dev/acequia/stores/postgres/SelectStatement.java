package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.sql.ConditionText;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Queries as SQL: every value is bound, every name is the schema's own and quoted. */
final class SelectStatement {
  private final String table;

  SelectStatement(String schema, String table) {
    this.table = Sql.quoted(schema) + "." + Sql.quoted(table);
  }

  /** The rows of one page, their columns in the order of {@link Query#columns()}. */
  Sql rows(Query query) {
    return query.grouped() ? groups(query) : records(query);
  }

  /** One number: the rows on all pages. */
  Sql count(Query query) {
    var sql = new Sql().add("SELECT count(*) FROM ");
    if (!query.grouped()) {
      return where(sql.add(table), query.where());
    }
    return aggregated(sql.add("("), query).add(") g");
  }

  /** What the database would do for a statement, as JSON. */
  static Sql plan(Sql statement) {
    return new Sql().add("EXPLAIN (FORMAT JSON) ").add(statement);
  }

  /** Every row with all that it holds. */
  Sql everything() {
    return new Sql().add("SELECT * FROM ").add(table);
  }

  /** The rows on all pages, for their number to be estimated. */
  Sql unlimited(Query query) {
    var sql = new Sql();
    return query.grouped()
        ? aggregated(sql, query)
        : where(sql.add("SELECT 1 FROM ").add(table), query.where());
  }

  /**
   * Answers at once, and only if all that a page needs of the table can be read. A right on any one
   * column would do where none is named.
   */
  Sql probe(RecordColumns columns) {
    return records(
        new Query(columns.all(), Condition.always(), columns.total(List.of()), List.of(), 0, 0));
  }

  private Sql records(Query query) {
    var sql = new Sql().add("SELECT ");
    var columns = query.columns();
    for (var i = 0; i < columns.size(); i++) {
      sql.add(i == 0 ? "" : ", ").add(column(columns.get(i)));
      if (columns.get(i) instanceof Cast) {
        // Or PostgreSQL names it after its field, and an order by the field would mean it.
        sql.add(" AS _c").add(i);
      }
    }
    where(sql.add(" FROM ").add(table), query.where());
    if (!query.after().isEmpty()) {
      sql.add(query.where().equals(Condition.always()) ? " WHERE " : " AND ");
      Keyset.after(sql, query.order(), query.after(), SelectStatement::column);
    }
    return page(sql, query, SelectStatement::column);
  }

  /** The groups are a table of their own, so that a page can end at an aggregate too. */
  private Sql groups(Query query) {
    var columns = query.columns();
    Function<Expression, String> name = expression -> "c" + columns.indexOf(expression);
    var sql = aggregated(new Sql().add("SELECT * FROM ("), query).add(") g");
    if (!query.after().isEmpty()) {
      Keyset.after(sql.add(" WHERE "), query.order(), query.after(), name);
    }
    return page(sql, query, name);
  }

  private Sql aggregated(Sql sql, Query query) {
    sql.add("SELECT ");
    var groupBy = new StringBuilder();
    var columns = query.columns();
    for (var i = 0; i < columns.size(); i++) {
      sql.add(i == 0 ? "" : ", ").add(column(columns.get(i))).add(" AS c").add(i);
      if (!columns.get(i).isAggregate()) {
        groupBy.append(groupBy.isEmpty() ? " GROUP BY " : ", ").append(i + 1);
      }
    }
    return where(sql.add(" FROM ").add(table), query.where()).add(groupBy.toString());
  }

  private static Sql page(Sql sql, Query query, Function<Expression, String> name) {
    var separator = " ORDER BY ";
    for (var term : query.order()) {
      sql.add(separator).add(name.apply(term.expression())).add(direction(term));
      separator = ", ";
    }
    sql.add(" LIMIT ").add(query.limit());
    return query.offset() == 0 ? sql : sql.add(" OFFSET ").add(query.offset());
  }

  /** Nulls are spelled only where there can be some: an index serves the order either way. */
  private static String direction(OrderTerm term) {
    var direction =
        switch (term.direction()) {
          case ASC -> "";
          case DESC -> " DESC";
        };
    if (!term.expression().nullable()) {
      return direction;
    }
    return direction
        + switch (term.nulls()) {
          case FIRST -> " NULLS FIRST";
          case LAST -> " NULLS LAST";
        };
  }

  /** An expression as it stands in a statement. */
  static String column(Expression expression) {
    return switch (expression) {
      case Value value -> Sql.quoted(value.field().name());
      case Provenance provenance -> Sql.quoted(provenance.column());
      case Aggregate aggregate -> {
        var of = aggregate.of();
        yield aggregate.function().name().toLowerCase(Locale.ROOT)
            + (of == null ? "(*)" : "(" + column(of) + ")");
      }
      case Cast cast -> column(cast.of()) + "::" + ColumnType.name(cast.type());
    };
  }

  private static Sql where(Sql sql, Condition condition) {
    if (!condition.equals(Condition.always())) {
      condition(sql.add(" WHERE ("), condition);
      sql.add(")");
    }
    return sql;
  }

  private static void condition(Sql sql, Condition condition) {
    switch (condition) {
      case Comparison comparison ->
          sql.add(Sql.quoted(comparison.field().name()))
              .add(ConditionText.operator(comparison.operator()))
              .bind(comparison.value());
      case In in -> in(sql, in);
      case Is is -> sql.add(Sql.quoted(is.field().name())).add(truth(is.truth()));
      case Like like ->
          sql.add(Sql.quoted(like.field().name()))
              .add(like.ignoreCase() ? " ILIKE " : " LIKE ")
              .bind(new Literal(FieldType.STRING, like.pattern()));
      case Not not -> {
        condition(sql.add("NOT ("), not.condition());
        sql.add(")");
      }
      case All all -> joined(sql, all.conditions(), " AND ", "TRUE");
      case Any any -> joined(sql, any.conditions(), " OR ", "FALSE");
    }
  }

  private static void in(Sql sql, In in) {
    if (in.values().isEmpty()) {
      sql.add("FALSE");
      return;
    }
    sql.add(Sql.quoted(in.field().name()));
    var separator = " IN (";
    for (var value : in.values()) {
      sql.add(separator).bind(value);
      separator = ", ";
    }
    sql.add(")");
  }

  private static void joined(Sql sql, List<Condition> parts, String word, String none) {
    if (parts.isEmpty()) {
      sql.add(none);
    }
    for (var i = 0; i < parts.size(); i++) {
      condition(sql.add(i == 0 ? "(" : word + "("), parts.get(i));
      sql.add(")");
    }
  }

  private static String truth(Is.Truth truth) {
    return switch (truth) {
      case NULL -> " IS NULL";
      case NOT_NULL -> " IS NOT NULL";
      case TRUE -> " IS TRUE";
      case FALSE -> " IS FALSE";
      case UNKNOWN -> " IS UNKNOWN";
    };
  }
}
