package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Query;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Queries as statements over a pipeline's table. */
final class SelectStatement {
  private final String from;

  /** What each row must be; empty where all rows are records. */
  private final String live;

  SelectStatement(StoreDefinition.BigQuery store, LoadMode mode) {
    from =
        " FROM %s t"
            .formatted(
                Expressions.name(store.project() + "." + store.dataset() + "." + store.table()));
    live =
        switch (mode) {
          case APPEND -> "";
          case UPSERT -> Expressions.column(Columns.DELETED) + " IS NOT TRUE";
        };
  }

  /** The rows of one page, their columns in the order of {@link Query#columns()}. */
  Statement rows(Query query) {
    var parameters = new Parameters();
    var text =
        (query.grouped() ? groups(query, parameters) : records(query, parameters))
            + " LIMIT "
            + query.limit()
            + (query.offset() == 0 ? "" : " OFFSET " + query.offset());
    return new Statement(text, parameters.all());
  }

  /** One number: the rows on all pages. */
  Statement count(Query query) {
    var parameters = new Parameters();
    var text =
        query.grouped()
            ? "SELECT COUNT(*) FROM (" + aggregated(query, parameters) + ") g"
            : "SELECT COUNT(*)" + from + where(query.where(), "", parameters);
    return new Statement(text, parameters.all());
  }

  private String records(Query query, Parameters parameters) {
    return "SELECT "
        + listed(query.columns(), (column, i) -> Expressions.of(column).returned())
        + from
        + where(query.where(), after(query, Expressions::of, parameters), parameters)
        + order(query);
  }

  /** The groups are a table of their own, so that a page can begin after an aggregate too. */
  private String groups(Query query, Parameters parameters) {
    var columns = query.columns();
    var after =
        after(
            query,
            expression -> Expressions.ofGroup(expression, "g.c" + columns.indexOf(expression)),
            parameters);
    return "SELECT "
        + listed(columns, (column, i) -> Expressions.ofGroup(column, "g.c" + i).returned())
        + " FROM ("
        + aggregated(query, parameters)
        + ") g"
        + (after.isEmpty() ? "" : " WHERE " + after)
        + order(query);
  }

  private String aggregated(Query query, Parameters parameters) {
    var columns = query.columns();
    var by =
        IntStream.range(0, columns.size())
            .filter(i -> !columns.get(i).isAggregate())
            .mapToObj(i -> Integer.toString(i + 1))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + listed(columns, (column, i) -> Expressions.of(Expressions.computed(column)).text())
        + from
        + where(query.where(), "", parameters)
        + (by.isEmpty() ? "" : " GROUP BY " + by);
  }

  private interface Written {
    String text(Expression column, int index);
  }

  /** The columns as {@code c0}, {@code c1} and so on. */
  private static String listed(List<Expression> columns, Written written) {
    return IntStream.range(0, columns.size())
        .mapToObj(i -> written.text(columns.get(i), i) + " AS c" + i)
        .collect(Collectors.joining(", "));
  }

  private static String after(
      Query query, Function<Expression, SqlValue> columns, Parameters parameters) {
    return query.after().isEmpty()
        ? ""
        : new Keyset(parameters).after(query.order(), query.after(), columns);
  }

  private String where(Condition condition, String after, Parameters parameters) {
    var asked =
        condition.equals(Condition.always())
            ? ""
            : "(" + new Conditions(parameters).of(Fitting.of(condition)) + ")";
    var all =
        List.of(live, asked, after).stream()
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" AND "));
    return all.isEmpty() ? "" : " WHERE " + all;
  }

  /** By the names of the answer's columns, which come before those of the table. */
  private static String order(Query query) {
    var columns = query.columns();
    return query.order().stream()
        .map(
            term ->
                "c%d %s NULLS %s"
                    .formatted(columns.indexOf(term.expression()), term.direction(), term.nulls()))
        .collect(Collectors.joining(", ", query.order().isEmpty() ? "" : " ORDER BY ", ""));
  }
}
