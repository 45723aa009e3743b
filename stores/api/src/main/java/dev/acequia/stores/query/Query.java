package dev.acequia.stores.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to a store. With an aggregate among the columns, the others are what it is grouped by.
 *
 * @param select the columns of the answer, under distinct names
 * @param order in which rows come; total unless the answer is one row, so that a page ends exactly
 * @param after the values of {@code order} in the last row of the page before, null where that row
 *     has a null; empty for the first page
 * @param limit at most so many rows
 * @param offset so many rows are passed over first
 */
public record Query(
    List<SelectItem> select,
    Condition where,
    List<OrderTerm> order,
    List<@Nullable Literal> after,
    int limit,
    int offset) {

  public Query {
    select = List.copyOf(select);
    order = List.copyOf(order);
    after = java.util.Collections.unmodifiableList(new ArrayList<>(after));
    requireDistinctNames(select);
    if (isGrouped(select)) {
      requireSelected(select, order);
    }
    if (!after.isEmpty() && after.size() != order.size()) {
      throw new IllegalArgumentException("a page follows " + order.size() + " values: " + after);
    }
  }

  /** Whether rows are aggregated. */
  public boolean grouped() {
    return isGrouped(select);
  }

  /**
   * What the store returns for each row: the columns of the answer, then what else {@code order}
   * needs.
   */
  public List<Expression> columns() {
    var columns = new ArrayList<Expression>();
    select.forEach(item -> columns.add(item.expression()));
    for (var term : order) {
      if (!columns.contains(term.expression())) {
        columns.add(term.expression());
      }
    }
    return columns;
  }

  public Query withLimit(int rows) {
    return new Query(select, where, order, after, rows, offset);
  }

  /** The same query from the row after the one with these ordered values. */
  public Query startingAfter(List<@Nullable Literal> values) {
    return new Query(select, where, order, values, limit, 0);
  }

  private static boolean isGrouped(List<SelectItem> select) {
    return select.stream().anyMatch(item -> item.expression().isAggregate());
  }

  private static void requireDistinctNames(List<SelectItem> select) {
    var names = new HashSet<String>();
    for (var item : select) {
      if (!names.add(item.name())) {
        throw new InvalidQueryException(
            "two columns of the result are named '" + item.name() + "': rename one");
      }
    }
  }

  private static void requireSelected(List<SelectItem> select, List<OrderTerm> order) {
    for (var term : order) {
      if (!term.expression().isAggregate()
          && select.stream().noneMatch(item -> item.expression().equals(term.expression()))) {
        throw new InvalidQueryException(
            "the order of a result with aggregates can only have its columns and aggregates");
      }
    }
  }
}
