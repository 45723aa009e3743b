package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Queries as DuckDB's SQL. */
final class SelectStatement {
  private final String from;
  private final Expressions expressions;
  private final Conditions conditions;
  private final Fitting fitting;

  /**
   * Of the rows of some files.
   *
   * @param from what stands behind FROM and names its rows {@code t}
   */
  SelectStatement(TableColumns columns, String from) {
    this.from = from;
    expressions = new Expressions(columns);
    conditions = new Conditions(expressions);
    fitting = new Fitting(columns);
  }

  /** Whether rows can be of any size, so that a page is read in pieces. */
  static boolean isWide(Query query) {
    return query.columns().stream()
        .anyMatch(column -> column.type() == FieldType.STRING || column.type() == FieldType.JSON);
  }

  /**
   * The rows of one page, their columns in the order of {@link Query#columns()}.
   *
   * @param pieceBytes of a wide query: rows end with the one that has so many bytes of text before
   *     it; one more column has the bytes of a row's own
   */
  String rows(Query query, long pieceBytes) {
    var columns = query.columns();
    var values = IntStream.range(0, columns.size()).mapToObj(i -> named(columns, i)).toList();
    if (!isWide(query)) {
      return "SELECT " + returned(values) + " FROM (" + page(query) + ") p" + order(query, "p.");
    }
    var bytes =
        values.stream()
            .filter(value -> value.type() == FieldType.STRING || value.type() == FieldType.JSON)
            .map(value -> "coalesce(strlen(" + value.text() + "), 0)")
            .collect(Collectors.joining(" + "));
    return "SELECT %s, p.own FROM (SELECT p.*, sum(p.own) OVER (%s ROWS UNBOUNDED PRECEDING) - p.own AS before FROM (SELECT p.*, %s AS own FROM (%s) p) p) p WHERE p.before < %d%s"
        .formatted(
            returned(values),
            order(query, "p.").strip(),
            bytes,
            page(query),
            pieceBytes,
            order(query, "p."));
  }

  /** One number: the rows on all pages. */
  String count(Query query) {
    return query.grouped()
        ? "SELECT count(*) FROM (" + aggregated(query) + ") g"
        : "SELECT count(*) FROM " + from + where(query.where());
  }

  private String page(Query query) {
    return (query.grouped() ? groups(query) : records(query))
        + " LIMIT "
        + query.limit()
        + (query.offset() == 0 ? "" : " OFFSET " + query.offset());
  }

  private String records(Query query) {
    var columns = query.columns();
    var select =
        IntStream.range(0, columns.size())
            .mapToObj(i -> expressions.of(columns.get(i)).text() + " AS c" + i)
            .collect(Collectors.joining(", "));
    var where = where(query.where());
    if (!query.after().isEmpty()) {
      where +=
          (where.isEmpty() ? " WHERE " : " AND ")
              + new Keyset().after(query.order(), query.after(), expressions::of);
    }
    return "SELECT "
        + select
        + " FROM "
        + from
        + where
        + order(query.order(), term -> expressions.of(term).text());
  }

  /** The groups are a table of their own, so that a page can end at an aggregate too. */
  private String groups(Query query) {
    var columns = query.columns();
    Function<Expression, SqlValue> named =
        expression -> expressions.of(expression).named("g.c" + columns.indexOf(expression));
    var after =
        query.after().isEmpty()
            ? ""
            : " WHERE " + new Keyset().after(query.order(), query.after(), named);
    return "SELECT * FROM (" + aggregated(query) + ") g" + after + order(query, "g.");
  }

  private String aggregated(Query query) {
    var columns = query.columns();
    var select =
        IntStream.range(0, columns.size())
            .mapToObj(i -> expressions.of(columns.get(i)).text() + " AS c" + i)
            .collect(Collectors.joining(", "));
    var by =
        IntStream.range(0, columns.size())
            .filter(i -> !columns.get(i).isAggregate())
            .mapToObj(i -> Integer.toString(i + 1))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + select
        + " FROM "
        + from
        + where(query.where())
        + (by.isEmpty() ? "" : " GROUP BY " + by);
  }

  private SqlValue named(List<Expression> columns, int column) {
    return expressions.of(columns.get(column)).named("p.c" + column);
  }

  private static String returned(List<SqlValue> values) {
    return values.stream().map(SqlValue::returned).collect(Collectors.joining(", "));
  }

  private static String order(Query query, String table) {
    var columns = query.columns();
    return order(query.order(), expression -> table + "c" + columns.indexOf(expression));
  }

  private static String order(List<OrderTerm> order, Function<Expression, String> name) {
    return order.stream()
        .map(term -> name.apply(term.expression()) + direction(term))
        .collect(Collectors.joining(", ", order.isEmpty() ? "" : " ORDER BY ", ""));
  }

  private static String direction(OrderTerm term) {
    var direction =
        switch (term.direction()) {
          case ASC -> " ASC";
          case DESC -> " DESC";
        };
    return direction
        + switch (term.nulls()) {
          case FIRST -> " NULLS FIRST";
          case LAST -> " NULLS LAST";
        };
  }

  private String where(Condition condition) {
    return condition.equals(Condition.always())
        ? ""
        : " WHERE (" + conditions.of(fitting.of(condition)) + ")";
  }
}
