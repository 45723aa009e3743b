package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.OrderTerm;
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
        " FROM %s.%s.%s t"
            .formatted(
                Expressions.name(store.project()),
                Expressions.name(store.dataset()),
                Expressions.name(store.table()));
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
    var columns = query.columns();
    var select =
        IntStream.range(0, columns.size())
            .mapToObj(i -> Expressions.of(columns.get(i)).returned() + " AS c" + i)
            .collect(Collectors.joining(", "));
    return "SELECT "
        + select
        + from
        + where(query.where(), after(query, Expressions::of, parameters), parameters)
        + order(query.order(), expression -> Expressions.of(expression).text());
  }

  /** The groups are a table of their own, so that a page can end at an aggregate too. */
  private String groups(Query query, Parameters parameters) {
    var columns = query.columns();
    Function<Expression, SqlValue> named =
        expression -> Expressions.of(expression).named("g.c" + columns.indexOf(expression));
    var select =
        IntStream.range(0, columns.size())
            .mapToObj(i -> named.apply(columns.get(i)).returned() + " AS c" + i)
            .collect(Collectors.joining(", "));
    var after = after(query, named, parameters);
    return "SELECT "
        + select
        + " FROM ("
        + aggregated(query, parameters)
        + ") g"
        + (after.isEmpty() ? "" : " WHERE " + after)
        + order(query.order(), expression -> named.apply(expression).text());
  }

  private String aggregated(Query query, Parameters parameters) {
    var columns = query.columns();
    var select =
        IntStream.range(0, columns.size())
            .mapToObj(i -> Expressions.of(columns.get(i)).text() + " AS c" + i)
            .collect(Collectors.joining(", "));
    var by =
        IntStream.range(0, columns.size())
            .filter(i -> !columns.get(i).isAggregate())
            .mapToObj(i -> Integer.toString(i + 1))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + select
        + from
        + where(query.where(), "", parameters)
        + (by.isEmpty() ? "" : " GROUP BY " + by);
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

  private static String order(List<OrderTerm> order, Function<Expression, String> name) {
    return order.stream()
        .map(term -> name.apply(term.expression()) + direction(term))
        .collect(Collectors.joining(", ", order.isEmpty() ? "" : " ORDER BY ", ""));
  }

  private static String direction(OrderTerm term) {
    return " " + term.direction() + " NULLS " + term.nulls();
  }
}
