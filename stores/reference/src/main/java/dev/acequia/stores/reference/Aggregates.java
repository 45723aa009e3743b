package dev.acequia.stores.reference;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression.Aggregate;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers over the values of a group, nulls aside. Sums widen. */
final class Aggregates {
  private Aggregates() {}

  static @Nullable Object of(Aggregate aggregate, FieldType from, List<Object> values) {
    return switch (aggregate.function()) {
      case COUNT -> (long) values.size();
      case MIN -> values.stream().min(Values::compare).orElse(null);
      case MAX -> values.stream().max(Values::compare).orElse(null);
      case SUM -> values.isEmpty() ? null : sum(from, values);
      case AVG -> values.isEmpty() ? null : mean(from, values);
    };
  }

  private static Object sum(FieldType from, List<Object> values) {
    return switch (from) {
      case DOUBLE -> total(values);
      case INT32 -> decimals(values).longValueExact();
      default -> decimals(values);
    };
  }

  private static Object mean(FieldType from, List<Object> values) {
    return from == FieldType.DOUBLE
        ? (Object) (total(values) / values.size())
        : quotient(decimals(values), BigDecimal.valueOf(values.size()));
  }

  private static double total(List<Object> doubles) {
    var total = 0.0;
    for (var number : doubles) {
      total += (Double) number;
    }
    if (Double.isInfinite(total)) {
      throw new Values.OutOfRangeException(FieldType.DOUBLE);
    }
    return total;
  }

  private static BigDecimal decimals(List<Object> numbers) {
    return numbers.stream().map(Values::decimal).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** To at least 16 digits, in groups of four, since pages are ordered by averages too. */
  private static BigDecimal quotient(BigDecimal sum, BigDecimal count) {
    var weight = weight(sum) - weight(count) - (firstDigit(sum) <= firstDigit(count) ? 1 : 0);
    var scale = Math.max(Math.max(sum.scale(), 0), 16 - 4 * weight);
    return sum.divide(count, scale, RoundingMode.HALF_UP);
  }

  /** The place of the first digit to the base of 10,000. */
  private static int weight(BigDecimal number) {
    return number.signum() == 0 ? 0 : Math.floorDiv(number.precision() - number.scale() - 1, 4);
  }

  private static int firstDigit(BigDecimal number) {
    return number.abs().movePointLeft(4 * weight(number)).intValue();
  }
}
