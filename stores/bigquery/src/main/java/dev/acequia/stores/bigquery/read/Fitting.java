package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.bigquery.table.ServiceLimits;
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
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that hold for the same rows, with values that their columns can have. A query may name
 * decimals of any number of digits, and times before the year 1 and after 9999; BigQuery refuses
 * both.
 */
final class Fitting {
  private static final OffsetDateTime FIRST_TIME =
      ServiceLimits.FIRST_DATE.atStartOfDay().atOffset(ZoneOffset.UTC);

  /** The last microsecond. */
  private static final OffsetDateTime LAST_TIME =
      ServiceLimits.LAST_DATE
          .atTime(LocalTime.of(23, 59, 59, 999_999_000))
          .atOffset(ZoneOffset.UTC);

  private Fitting() {}

  static Condition of(Condition condition) {
    return switch (condition) {
      case Comparison comparison -> of(comparison);
      case In in -> of(in);
      case Not not -> new Not(of(not.condition()));
      case All all -> new All(all.conditions().stream().map(Fitting::of).toList());
      case Any any -> new Any(any.conditions().stream().map(Fitting::of).toList());
      case Is is -> is;
      case Like like -> like;
    };
  }

  private static Condition of(Comparison comparison) {
    var field = comparison.field();
    var fitted = fitted(comparison.operator(), comparison.value(), NumericKind.of(field));
    return fitted == null
        ? Condition.always()
        : new Comparison(field, fitted.operator(), fitted.value());
  }

  /**
   * Of no value that fits, it is false, but unknown for a null. Each value comes once, so that a
   * request line never has more than {@link ServiceLimits#PARAMETERS}.
   */
  private static Condition of(In in) {
    var field = in.field();
    var kind = NumericKind.of(field);
    var values = in.values().stream().filter(value -> fits(value, kind)).distinct().toList();
    return values.isEmpty() && !in.values().isEmpty()
        ? of(new Comparison(field, Operator.EQ, in.values().getFirst()))
        : new In(field, values);
  }

  /** A comparison with a value that the column can have. */
  record Fitted(Operator operator, Literal value) {}

  /**
   * The same comparison with a value that such columns have; null where it holds for all, nulls
   * included.
   *
   * @param kind of a decimal
   */
  static @Nullable Fitted fitted(Operator operator, Literal value, NumericKind kind) {
    if (fits(value, kind)) {
      return new Fitted(operator, value);
    }
    return switch (value.value()) {
      case BigDecimal number -> decimal(operator, number, kind);
      case LocalDate date ->
          missing(
              operator, date, ServiceLimits.FIRST_DATE, ServiceLimits.LAST_DATE, FieldType.DATE);
      case OffsetDateTime time ->
          missing(operator, time, FIRST_TIME, LAST_TIME, FieldType.TIMESTAMP);
      default -> throw new IllegalStateException("every " + value.type() + " fits");
    };
  }

  /** Whether a column can have the value. */
  static boolean fits(Literal value, NumericKind kind) {
    return switch (value.value()) {
      case BigDecimal number -> fits(number, kind);
      case LocalDate date -> isWithin(date, ServiceLimits.FIRST_DATE, ServiceLimits.LAST_DATE);
      case OffsetDateTime time -> isWithin(time, FIRST_TIME, LAST_TIME);
      default -> true;
    };
  }

  private static <T extends Comparable<? super T>> boolean isWithin(T value, T least, T largest) {
    return value.compareTo(least) >= 0 && value.compareTo(largest) <= 0;
  }

  /** Looks at sizes first: some decimals are short to write and long to write out. */
  private static boolean fits(BigDecimal value, NumericKind kind) {
    if (value.signum() == 0) {
      return true;
    }
    if (value.precision() - (long) value.scale() > kind.precision() - kind.scale()) {
      return false;
    }
    return value.stripTrailingZeros().scale() <= kind.scale();
  }

  /** One that is not beyond the column's lies between two of them. */
  private static @Nullable Fitted decimal(Operator operator, BigDecimal value, NumericKind kind) {
    var largest =
        new BigDecimal(BigInteger.TEN.pow(kind.precision()).subtract(BigInteger.ONE), kind.scale());
    if (value.abs().compareTo(largest) < 0) {
      var floor = value.setScale(kind.scale(), RoundingMode.FLOOR);
      switch (operator) {
        case GT, GTE -> {
          return new Fitted(Operator.GT, new Literal(FieldType.DECIMAL, floor));
        }
        case LT, LTE -> {
          return new Fitted(Operator.LTE, new Literal(FieldType.DECIMAL, floor));
        }
        case EQ, NEQ, DISTINCT -> {
          // No row has it, as none has a value beyond.
        }
      }
    }
    return missing(operator, value, largest.negate(), largest, FieldType.DECIMAL);
  }

  /** With a value that no row has. */
  private static <T extends Comparable<? super T>> @Nullable Fitted missing(
      Operator operator, T value, T least, T largest, FieldType type) {
    var isBelow = value.compareTo(least) < 0;
    return switch (operator) {
      case DISTINCT -> null;
      case EQ -> new Fitted(Operator.GT, new Literal(type, largest));
      case NEQ -> new Fitted(Operator.LTE, new Literal(type, largest));
      case GT, GTE ->
          isBelow
              ? new Fitted(Operator.GTE, new Literal(type, least))
              : new Fitted(Operator.GT, new Literal(type, largest));
      case LT, LTE ->
          isBelow
              ? new Fitted(Operator.LT, new Literal(type, least))
              : new Fitted(Operator.LTE, new Literal(type, largest));
    };
  }
}
