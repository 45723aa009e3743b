package dev.acequia.api.query;

import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@code order=dep_delay.desc.nullslast,carrier}. */
final class OrderParser {
  private OrderParser() {}

  /**
   * Reads an order. Without a word on nulls they count as larger than any value, as in PostgREST.
   *
   * @param column what a name stands for
   */
  static List<OrderTerm> parse(String text, Function<String, Expression> column) {
    var terms = new ArrayList<OrderTerm>();
    for (var part : text.split(",", -1)) {
      var words = part.split("\\.", -1);
      var direction = Direction.ASC;
      var next = 1;
      if (next < words.length && (words[next].equals("asc") || words[next].equals("desc"))) {
        direction = words[next].equals("asc") ? Direction.ASC : Direction.DESC;
        next++;
      }
      var nulls = direction == Direction.ASC ? Nulls.LAST : Nulls.FIRST;
      if (next < words.length
          && (words[next].equals("nullsfirst") || words[next].equals("nullslast"))) {
        nulls = words[next].equals("nullsfirst") ? Nulls.FIRST : Nulls.LAST;
        next++;
      }
      if (next < words.length || words[0].isEmpty()) {
        throw new InvalidQueryException(
            "order cannot have '"
                + Shown.of(part)
                + "': write field, field.desc or field.asc.nullsfirst");
      }
      var term = new OrderTerm(column.apply(words[0]), direction, nulls);
      if (terms.stream().anyMatch(other -> other.expression().equals(term.expression()))) {
        throw new InvalidQueryException("order names '" + Shown.of(words[0]) + "' twice");
      }
      terms.add(term);
    }
    return terms;
  }
}
