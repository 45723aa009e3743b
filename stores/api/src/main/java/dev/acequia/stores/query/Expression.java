package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a column of a result or a term of an order stands for. */
public sealed interface Expression {

  FieldType type();

  /** Whether the store may answer null for it. */
  boolean nullable();

  /** The value of a field, as it was recorded. */
  record Value(Field field, boolean nullable) implements Expression {
    @Override
    public FieldType type() {
      return field.type();
    }
  }

  /**
   * A value in another type, as the store converts it. What could fail on some row is not offered,
   * but for a number that is too large for a smaller type.
   */
  record Cast(Expression of, FieldType type) implements Expression {
    public Cast {
      if (!applies(of.type(), type)) {
        throw new InvalidQueryException(
            "a %s cannot be cast to %s; every type can be cast to text, numbers to each other, and date and timestamp to each other"
                .formatted(lower(of.type()), lower(type)));
      }
    }

    @Override
    public boolean nullable() {
      return of.nullable();
    }

    private static boolean applies(FieldType from, FieldType to) {
      return from == to
          || switch (to) {
            case STRING -> true;
            case INT32, INT64, DOUBLE, DECIMAL -> isNumber(from);
            case DATE -> from == FieldType.TIMESTAMP;
            case TIMESTAMP -> from == FieldType.DATE;
            case BOOLEAN, UUID, JSON -> false;
          };
    }

    private static boolean isNumber(FieldType type) {
      return switch (type) {
        case INT32, INT64, DOUBLE, DECIMAL -> true;
        case STRING, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> false;
      };
    }
  }

  /** Where the record stood in its topic: a row's identity in append mode. */
  enum Provenance implements Expression {
    GENERATION("_generation", FieldType.INT32),
    PARTITION("_partition", FieldType.INT32),
    OFFSET("_offset", FieldType.INT64);

    private final String column;
    private final FieldType type;

    Provenance(String column, FieldType type) {
      this.column = column;
      this.type = type;
    }

    public String column() {
      return column;
    }

    @Override
    public FieldType type() {
      return type;
    }

    @Override
    public boolean nullable() {
      return false;
    }
  }

  /**
   * A number over the rows of a group.
   *
   * @param of what is aggregated, itself no aggregate; absent for the count of rows
   */
  record Aggregate(Function function, @Nullable Expression of) implements Expression {

    /** Aggregates by the names they have in a query. */
    public enum Function {
      COUNT,
      SUM,
      AVG,
      MIN,
      MAX
    }

    public Aggregate {
      if (of == null && function != Function.COUNT) {
        throw new InvalidQueryException(lower(function) + " needs a field");
      }
      if (of != null && !applies(function, of.type())) {
        throw new InvalidQueryException(
            lower(function) + " does not apply to a field of type " + lower(of.type()));
      }
    }

    /** Sums widen, so that they do not overflow. */
    @Override
    public FieldType type() {
      if (of == null) {
        return FieldType.INT64;
      }
      return switch (function) {
        case COUNT -> FieldType.INT64;
        case MIN, MAX -> of.type();
        case SUM ->
            switch (of.type()) {
              case INT32 -> FieldType.INT64;
              case INT64 -> FieldType.DECIMAL;
              default -> of.type();
            };
        case AVG -> of.type() == FieldType.DOUBLE ? FieldType.DOUBLE : FieldType.DECIMAL;
      };
    }

    @Override
    public boolean nullable() {
      return function != Function.COUNT;
    }

    private static boolean applies(Function function, FieldType type) {
      return switch (function) {
        case COUNT -> true;
        case SUM, AVG ->
            switch (type) {
              case INT32, INT64, DOUBLE, DECIMAL -> true;
              case STRING, BOOLEAN, DATE, TIMESTAMP, UUID, JSON -> false;
            };
        case MIN, MAX ->
            switch (type) {
              case INT32, INT64, DOUBLE, DECIMAL, STRING, DATE, TIMESTAMP -> true;
              case BOOLEAN, UUID, JSON -> false;
            };
      };
    }
  }

  /** Whether it has one value for each group of rows. */
  default boolean isAggregate() {
    return switch (this) {
      case Aggregate aggregate -> true;
      case Cast cast -> cast.of().isAggregate();
      case Value value -> false;
      case Provenance provenance -> false;
    };
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
