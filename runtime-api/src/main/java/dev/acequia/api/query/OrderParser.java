package dev.acequia.api.query;

import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code order=dep_delay.desc.nullslast,carrier}, and with groups {@code order=count().desc}. */
final class OrderParser {
  private static final Pattern TERM =
      Pattern.compile(
          "(?:(?<name>[^.,()]+)|(?:(?<field>[^.,()]+)\\.)?(?<function>[a-z]+)\\(\\))"
              + "(?:\\.(?<direction>asc|desc))?(?:\\.nulls(?<nulls>first|last))?");

  private OrderParser() {}

  /**
   * Reads an order. Without a word on nulls they count as larger than any value, as in PostgREST.
   *
   * @param column what a name stands for
   * @param field what a name stands for within an aggregate
   */
  static List<OrderTerm> parse(
      String text, Function<String, Expression> column, Function<String, Expression> field) {
    var terms = new ArrayList<OrderTerm>();
    for (var part : text.split(",", -1)) {
      var parts = TERM.matcher(part);
      if (!parts.matches()) {
        throw new InvalidQueryException(
            "order cannot have '"
                + Shown.of(part)
                + "': write field, field.desc, field.asc.nullsfirst or, with aggregates,"
                + " count().desc");
      }
      var term = term(parts, column, field);
      if (terms.stream().anyMatch(other -> other.expression().equals(term.expression()))) {
        throw new InvalidQueryException("order names the same twice: '" + Shown.of(part) + "'");
      }
      terms.add(term);
    }
    return terms;
  }

  private static OrderTerm term(
      Matcher parts, Function<String, Expression> column, Function<String, Expression> field) {
    var direction = "desc".equals(parts.group("direction")) ? Direction.DESC : Direction.ASC;
    var nulls =
        parts.group("nulls") == null
            ? direction == Direction.ASC ? Nulls.LAST : Nulls.FIRST
            : parts.group("nulls").equals("first") ? Nulls.FIRST : Nulls.LAST;
    if (parts.group("name") != null) {
      return new OrderTerm(column.apply(parts.group("name")), direction, nulls);
    }
    var of = parts.group("field") == null ? null : field.apply(parts.group("field"));
    return new OrderTerm(AggregateParser.parse(parts.group("function"), of), direction, nulls);
  }
}
