package dev.acequia.api.query;

import dev.acequia.api.http.QueryString;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PostgREST's query language over one pipeline's fields. */
final class QueryParser {
  static final String CURSOR = "cursor";
  static final String OFFSET = "offset";
  private static final String LIMIT = "limit";

  /** The parameters that may differ between the pages of a query. */
  static final Set<String> PAGING = Set.of(CURSOR, OFFSET, LIMIT);

  static final int MAX_OFFSET = 10_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private final RecordColumns columns;
  private final SelectParser select;
  private final int maxPageSize;
  private final @Nullable KeyedQueries keyed;

  /** Of a store that answers every query. */
  QueryParser(RecordColumns columns, int maxPageSize) {
    this(columns, maxPageSize, null);
  }

  /**
   * Of a store that may answer few queries.
   *
   * @param keyed those that it answers; null when it answers every one
   */
  QueryParser(RecordColumns columns, int maxPageSize, @Nullable KeyedQueries keyed) {
    this.columns = columns;
    this.select = new SelectParser(columns);
    this.maxPageSize = maxPageSize;
    this.keyed = keyed;
  }

  /**
   * Reads a query.
   *
   * @throws InvalidQueryException when it is not one, or not one for this schema
   */
  PageRequest parse(QueryString parameters) {
    var items = parameters.single("select").map(select::parse).orElseGet(columns::all);
    var where = where(parameters);
    var order = order(items, where, parameters);
    var query =
        new Query(items, where, order, List.of(), limit(parameters), number(parameters, OFFSET, 0));
    if (keyed != null) {
      // Refused before the store is asked.
      keyed.plan(query);
    }
    if (query.offset() > MAX_OFFSET) {
      throw new InvalidQueryException(
          "offset is at most "
              + MAX_OFFSET
              + ": follow the Link header's rel=\"next\", whose cursor reaches any page");
    }
    var cursor = parameters.single(CURSOR);
    if (cursor.isEmpty()) {
      return new PageRequest(query, query.offset());
    }
    if (query.offset() > 0) {
      throw new InvalidQueryException("cursor and offset exclude each other");
    }
    return Cursor.decode(cursor.get()).applyTo(query, parameters);
  }

  private List<OrderTerm> order(List<SelectItem> items, Condition where, QueryString parameters) {
    var text = parameters.single("order").filter(order -> !order.isEmpty());
    if (items.stream().noneMatch(item -> item.expression().isAggregate())) {
      var order =
          text.map(terms -> OrderParser.parse(terms, columns::require, columns::require))
              .orElse(List.of());
      if (order.stream().anyMatch(term -> term.expression().isAggregate())) {
        throw new InvalidQueryException(
            "order takes an aggregate only where select has one: add it there");
      }
      return keyed == null ? columns.total(order) : keyed.total(order, where);
    }
    var groups = new ArrayList<Expression>();
    for (var item : items) {
      if (!item.expression().isAggregate()) {
        groups.add(item.expression());
      }
    }
    var order =
        text.map(terms -> OrderParser.parse(terms, name -> selected(items, name), columns::require))
            .orElse(List.of());
    return RecordColumns.completed(order, groups);
  }

  /** With aggregates, rows are ordered by what the answer shows. */
  private Expression selected(List<SelectItem> items, String name) {
    return items.stream()
        .filter(item -> item.name().equals(name))
        .map(SelectItem::expression)
        .findFirst()
        .orElseGet(() -> columns.require(name));
  }

  private Condition where(QueryString parameters) {
    var conditions = new ArrayList<Condition>();
    for (var parameter : parameters.parameters()) {
      switch (parameter.name()) {
        case "select", "order", LIMIT, OFFSET, CURSOR -> {}
        case "and", "or", "not.and", "not.or" ->
            conditions.add(LogicParser.parse(columns, parameter.name(), parameter.value()));
        default -> {
          var column = columns.find(parameter.name());
          if (column == null) {
            throw new InvalidQueryException(
                "there is no parameter and no field '" + Shown.of(parameter.name()) + "'");
          }
          conditions.add(FilterParser.parse(column.field(), parameter.value()));
        }
      }
    }
    return new Condition.All(conditions);
  }

  private int limit(QueryString parameters) {
    return Math.min(number(parameters, LIMIT, maxPageSize), maxPageSize);
  }

  private static int number(QueryString parameters, String name, int otherwise) {
    return parameters
        .single(name)
        .map(
            text -> {
              if (!NUMBER.matcher(text).matches()) {
                throw new InvalidQueryException(
                    name + " is a number, not '" + Shown.of(text) + "'");
              }
              return Integer.parseInt(text);
            })
        .orElse(otherwise);
  }
}
