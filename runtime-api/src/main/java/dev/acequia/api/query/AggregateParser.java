package dev.acequia.api.query;

import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.InvalidQueryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code count()}, {@code dep_delay.avg()}: the same in select and in order. */
final class AggregateParser {
  private AggregateParser() {}

  /**
   * The aggregate of a name.
   *
   * @param of what stands before the dot; null when nothing does
   */
  static Aggregate parse(String function, @Nullable Expression of) {
    for (var known : Function.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(function)) {
        if (of == null && known != Function.COUNT) {
          throw new InvalidQueryException(
              "%1$s() needs a field: write field.%1$s()".formatted(function));
        }
        return new Aggregate(known, of);
      }
    }
    throw new InvalidQueryException(
        "there is no function "
            + Shown.of(function)
            + "(); there are count, sum, avg, min and max");
  }
}
