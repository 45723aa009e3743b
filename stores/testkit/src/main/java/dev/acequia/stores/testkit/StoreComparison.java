package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Compares the answers of a store with those of another one that is right. */
public final class StoreComparison {
  private final StoreReader tested;
  private final StoreReader reference;
  private final BiPredicate<Expression, BigDecimal> mayDiffer;

  /**
   * A comparison of two stores with the same records.
   *
   * @param mayDiffer whether a decimal may differ from the right one behind its 14th digit
   */
  public StoreComparison(
      StoreReader tested, StoreReader reference, BiPredicate<Expression, BigDecimal> mayDiffer) {
    this.tested = tested;
    this.reference = reference;
    this.mayDiffer = mayDiffer;
  }

  /** Rows, or the reason why there are none. */
  public record Answer(
      List<List<@Nullable Object>> rows,
      List<List<@Nullable Literal>> order,
      StoreReadException.@Nullable Reason reason) {}

  /** Asks both, and answers with what the tested store said, which is right. */
  public Answer compare(Query query) throws IOException {
    var expected = answer(reference, query);
    var answer = answer(tested, query);
    assertSame(answer, expected, query);
    return answer;
  }

  public void compareCounts(Query query) throws StoreReadException {
    assertThat(tested.count(query)).as("%s", query).isEqualTo(reference.count(query));
  }

  /** Reads a query page by page, and compares with its whole answer. */
  public void comparePages(Query first, Answer whole) throws IOException {
    var rows = new ArrayList<List<@Nullable Object>>();
    var query = first;
    while (true) {
      var page = answer(tested, query);
      assertThat(page.reason()).as("%s", query).isNull();
      rows.addAll(page.rows());
      if (page.rows().size() < query.limit()) {
        break;
      }
      query = query.startingAfter(page.order().getLast());
    }
    assertThat(rows).as("%s", first).isEqualTo(whole.rows());
  }

  private static Answer answer(StoreReader reader, Query query) throws IOException {
    var rows = new ArrayList<List<@Nullable Object>>();
    var order = new ArrayList<List<@Nullable Literal>>();
    try {
      reader.read(
          query,
          row -> {
            var values = new ArrayList<@Nullable Object>();
            for (var i = 0; i < query.select().size(); i++) {
              values.add(value(row, i, query.select().get(i).expression()));
            }
            rows.add(values);
            var last = new ArrayList<@Nullable Literal>();
            for (var term : query.order()) {
              last.add(literal(row, query.columns().indexOf(term.expression()), term.expression()));
            }
            order.add(last);
          });
      return new Answer(rows, order, null);
    } catch (StoreReadException e) {
      return new Answer(List.of(), List.of(), e.reason());
    }
  }

  private static @Nullable Object value(ResultRow row, int column, Expression expression) {
    if (row.isNull(column)) {
      return null;
    }
    return switch (expression.type()) {
      case DECIMAL -> row.decimalAt(column);
      case DOUBLE -> row.doubleAt(column) + 0.0;
      default -> RowText.value(row, column, expression);
    };
  }

  private static @Nullable Literal literal(ResultRow row, int column, Expression expression) {
    return row.isNull(column)
        ? null
        : Literal.parse(expression.type(), RowText.value(row, column, expression));
  }

  private void assertSame(Answer answer, Answer expected, Query query) {
    assertThat(answer.reason()).as("%s", query).isEqualTo(expected.reason());
    assertThat(answer.rows()).as("%s", query).hasSameSizeAs(expected.rows());
    for (var i = 0; i < expected.rows().size(); i++) {
      for (var column = 0; column < query.select().size(); column++) {
        assertThat(
                isSame(
                    answer.rows().get(i).get(column),
                    expected.rows().get(i).get(column),
                    query.select().get(column).expression()))
            .as(
                "row %d: %s instead of %s for %s",
                i, answer.rows().get(i), expected.rows().get(i), query)
            .isTrue();
      }
    }
  }

  private boolean isSame(@Nullable Object found, @Nullable Object expected, Expression expression) {
    if (found instanceof BigDecimal number && expected instanceof BigDecimal exact) {
      var tolerance =
          mayDiffer.test(expression, exact)
              ? exact.abs().max(BigDecimal.ONE).movePointLeft(14)
              : BigDecimal.ZERO;
      return number.subtract(exact).abs().compareTo(tolerance) <= 0;
    }
    return Objects.equals(found, expected);
  }
}
