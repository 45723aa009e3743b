package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.List;

/** Which rows are asked for. Comparisons with a null are never true, as in SQL. */
public sealed interface Condition {

  /** The field against one value of its own type. */
  record Comparison(Field field, Operator operator, Literal value) implements Condition {

    /** How the two compare. */
    public enum Operator {
      EQ,
      NEQ,
      GT,
      GTE,
      LT,
      LTE,
      /** As NEQ, but a null differs from every value. */
      DISTINCT
    }

    public Comparison {
      requireType(field, value);
    }
  }

  /** The field equals one of the values; of no values, none does. */
  record In(Field field, List<Literal> values) implements Condition {
    public In {
      values = List.copyOf(values);
      values.forEach(value -> requireType(field, value));
    }
  }

  /** The field is, or is not, a value. */
  record Is(Field field, Truth truth) implements Condition {

    /** What it can be. The last three are for boolean fields. */
    public enum Truth {
      NULL,
      NOT_NULL,
      TRUE,
      FALSE,
      UNKNOWN
    }

    public Is {
      var ofBoolean =
          switch (truth) {
            case NULL, NOT_NULL -> false;
            case TRUE, FALSE, UNKNOWN -> true;
          };
      if (ofBoolean && field.type() != FieldType.BOOLEAN) {
        throw new InvalidQueryException(
            "'"
                + field.name()
                + "' is not boolean: it can be null or not, but neither true nor false");
      }
    }
  }

  /**
   * A string field matches a pattern.
   *
   * @param pattern of SQL's LIKE: {@code %} for any characters, {@code _} for one, {@code \} before
   *     a literal one
   */
  record Like(Field field, String pattern, boolean ignoreCase) implements Condition {
    public Like {
      if (field.type() != FieldType.STRING) {
        throw new InvalidQueryException(
            "'" + field.name() + "' is not a string: only strings match patterns");
      }
      var trailing = 0;
      while (trailing < pattern.length()
          && pattern.charAt(pattern.length() - 1 - trailing) == '\\') {
        trailing++;
      }
      if (trailing % 2 == 1) {
        throw new InvalidQueryException("a pattern cannot end in a single backslash");
      }
    }
  }

  record Not(Condition condition) implements Condition {}

  /** All hold; of none, that is true. */
  record All(List<Condition> conditions) implements Condition {
    public All {
      conditions = List.copyOf(conditions);
    }
  }

  /** At least one holds; of none, that is false. */
  record Any(List<Condition> conditions) implements Condition {
    public Any {
      conditions = List.copyOf(conditions);
    }
  }

  /** Every row. */
  static Condition always() {
    return new All(List.of());
  }

  private static void requireType(Field field, Literal value) {
    if (field.type() == FieldType.JSON) {
      throw new InvalidQueryException(
          "'" + field.name() + "' is json: it can be null or not, but has no values to compare");
    }
    if (field.type() != value.type()) {
      throw new IllegalArgumentException(field + " against " + value);
    }
  }
}
