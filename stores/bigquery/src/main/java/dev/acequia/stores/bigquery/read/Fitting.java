package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that hold for the same rows, whose decimals have the digits of their columns. A
 * decimal of a query has any number of them, and BigQuery refuses what does not fit.
 */
final class Fitting {
  private Fitting() {}

  static Condition of(Condition condition) {
    return switch (condition) {
      case Comparison comparison when comparison.field().type() == FieldType.DECIMAL ->
          of(comparison);
      case In in when in.field().type() == FieldType.DECIMAL -> of(in);
      case Not not -> new Not(of(not.condition()));
      case All all -> new All(all.conditions().stream().map(Fitting::of).toList());
      case Any any -> new Any(any.conditions().stream().map(Fitting::of).toList());
      case Comparison comparison -> comparison;
      case In in -> in;
      case Is is -> is;
      case Like like -> like;
    };
  }

  private static Condition of(Comparison comparison) {
    var field = comparison.field();
    var fitted =
        fitted(
            comparison.operator(),
            (BigDecimal) comparison.value().value(),
            NumericKind.of(field));
    return fitted == null
        ? Condition.always()
        : new Comparison(field, fitted.operator(), literal(fitted.value()));
  }

  private static Condition of(In in) {
    var kind = NumericKind.of(in.field());
    var values =
        in.values().stream()
            .map(literal -> (BigDecimal) literal.value())
            .filter(value -> fits(value, kind))
            .map(value -> literal(value.setScale(kind.scale())))
            .toList();
    return values.isEmpty() && !in.values().isEmpty()
        ? never(in.field(), largest(kind))
        : new In(in.field(), values);
  }

  /** False, but unknown for a null. */
  private static Condition never(Field field, BigDecimal largest) {
    return new Comparison(field, Operator.GT, literal(largest));
  }

  private static Literal literal(BigDecimal value) {
    return new Literal(FieldType.DECIMAL, value);
  }

  /** A comparison with a decimal of the right digits. */
  record Fitted(Operator operator, BigDecimal value) {}

  /**
   * The same comparison with a value that such decimals have; null where it holds for all, nulls
   * included.
   */
  static @Nullable Fitted fitted(Operator operator, BigDecimal value, NumericKind kind) {
    if (fits(value, kind)) {
      return new Fitted(operator, value.setScale(kind.scale()));
    }
    var largest = largest(kind);
    return switch (operator) {
      case DISTINCT -> null;
      case EQ -> new Fitted(Operator.GT, largest);
      case NEQ -> new Fitted(Operator.LTE, largest);
      case GT, GTE ->
          isBelow(value, largest.negate())
              ? new Fitted(Operator.GTE, largest.negate())
              : new Fitted(Operator.GT, floor(value, largest));
      case LT, LTE ->
          isBelow(value, largest.negate())
              ? new Fitted(Operator.LT, largest.negate())
              : new Fitted(Operator.LTE, floor(value, largest));
    };
  }

  private static boolean isBelow(BigDecimal value, BigDecimal least) {
    return value.compareTo(least) < 0;
  }

  private static BigDecimal floor(BigDecimal value, BigDecimal largest) {
    return value.compareTo(largest) > 0
        ? largest
        : value.setScale(largest.scale(), RoundingMode.FLOOR);
  }

  private static BigDecimal largest(NumericKind kind) {
    return new BigDecimal(BigInteger.TEN.pow(kind.precision()).subtract(BigInteger.ONE), kind.scale());
  }

  /** Looks at sizes first: some decimals are short to write and long to write out. */
  static boolean fits(BigDecimal value, NumericKind kind) {
    if (value.signum() == 0) {
      return true;
    }
    if (value.precision() - (long) value.scale() > kind.precision() - kind.scale()) {
      return false;
    }
    var stripped = value.stripTrailingZeros();
    return stripped.scale() <= kind.scale();
  }
}
