package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
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

  /** Where the record stood in its topic: a row's identity in append mode. */
  enum Provenance implements Expression {
    TOPIC_ID("_topic_id", FieldType.UUID),
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
   * @param field what is aggregated; absent for the count of rows
   */
  record Aggregate(Function function, @Nullable Field field) implements Expression {

    /** Aggregates by the names they have in a query. */
    public enum Function {
      COUNT,
      SUM,
      AVG,
      MIN,
      MAX
    }

    public Aggregate {
      if (field == null && function != Function.COUNT) {
        throw new InvalidQueryException(
            lower(function) + "() needs a field: write field." + lower(function) + "()");
      }
      if (field != null && !applies(function, field.type())) {
        throw new InvalidQueryException(
            lower(function)
                + "() does not apply to '"
                + field.name()
                + "', which is a "
                + lower(field.type()));
      }
    }

    /** Sums widen as they do in PostgreSQL, so that they do not overflow. */
    @Override
    public FieldType type() {
      if (field == null) {
        return FieldType.INT64;
      }
      return switch (function) {
        case COUNT -> FieldType.INT64;
        case MIN, MAX -> field.type();
        case SUM ->
            switch (field.type()) {
              case INT32 -> FieldType.INT64;
              case INT64 -> FieldType.DECIMAL;
              default -> field.type();
            };
        case AVG -> field.type() == FieldType.DOUBLE ? FieldType.DOUBLE : FieldType.DECIMAL;
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

    private static String lower(Enum<?> constant) {
      return constant.name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
