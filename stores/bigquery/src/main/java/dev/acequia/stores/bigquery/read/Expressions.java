package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;

/** What queries ask for, over the rows of a table {@code t}. */
final class Expressions {
  /** Digits after the point of a mean; one of finer decimals has as many as they have. */
  private static final int MEAN_SCALE = 18;

  private Expressions() {}

  /** An expression over rows. A cast of an aggregate is one over groups: see {@link #ofGroup}. */
  static SqlValue of(Expression expression) {
    return switch (expression) {
      case Value value -> field(value);
      case Provenance provenance -> new SqlValue(column(name(provenance)), provenance.type());
      case Aggregate aggregate -> aggregate(aggregate);
      case Cast cast -> Casts.of(of(cast.of()), cast.type());
    };
  }

  /** The aggregate that is cast; any other expression itself. */
  static Expression computed(Expression expression) {
    return expression instanceof Cast cast && cast.isAggregate() ? computed(cast.of()) : expression;
  }

  /**
   * An expression over groups. Some casts are subqueries, which cannot contain an aggregate, so
   * they are computed from its result.
   *
   * @param name of the column that has {@link #computed}
   */
  static SqlValue ofGroup(Expression expression, String name) {
    return expression instanceof Cast cast && cast.isAggregate()
        ? Casts.of(ofGroup(cast.of(), name), cast.type())
        : of(expression).named(name);
  }

  private static SqlValue field(Value value) {
    var field = value.field();
    var text = column(field.name());
    return field.type() == FieldType.DECIMAL
        ? new SqlValue(text, field.type(), NumericKind.of(field), Columns.digits(field).scale())
        : new SqlValue(text, field.type());
  }

  private static String name(Provenance provenance) {
    return switch (provenance) {
      case GENERATION -> Columns.GENERATION;
      case PARTITION -> Columns.PARTITION;
      case OFFSET -> Columns.OFFSET;
    };
  }

  static String column(String name) {
    return "t." + name(name);
  }

  /** Quotes a name. Within backquotes, GoogleSQL has the escapes of strings. */
  static String name(String name) {
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
  }

  private static SqlValue aggregate(Aggregate aggregate) {
    if (aggregate.of() == null) {
      return new SqlValue("COUNT(*)", FieldType.INT64);
    }
    var of = of(aggregate.of());
    return switch (aggregate.function()) {
      case COUNT -> new SqlValue("COUNT(" + of.text() + ")", FieldType.INT64);
      case MIN, MAX -> of.named(aggregate.function() + "(" + of.text() + ")");
      case SUM -> sum(of);
      case AVG -> mean(of);
    };
  }

  /** A sum that its type cannot hold is an error of the service. */
  private static SqlValue sum(SqlValue of) {
    return switch (of.type()) {
      case INT32 -> new SqlValue("SUM(" + of.text() + ")", FieldType.INT64);
      case INT64 ->
          new SqlValue(
              "SUM(CAST(" + of.text() + " AS NUMERIC))", FieldType.DECIMAL, NumericKind.NUMERIC, 0);
      default -> of.named("SUM(" + of.text() + ")");
    };
  }

  /**
   * The sum by the count: AVG of NUMERIC has nine digits after the point, and AVG of doubles need
   * not be that quotient.
   */
  private static SqlValue mean(SqlValue of) {
    if (of.type() == FieldType.DOUBLE) {
      return of.named(quotient(of.text(), of.text()));
    }
    var exact =
        of.kind() == NumericKind.BIGNUMERIC ? of.text() : "CAST(" + of.text() + " AS BIGNUMERIC)";
    var scale = Math.max(MEAN_SCALE, of.scale());
    return new SqlValue(
        "ROUND(" + quotient(exact, of.text()) + ", " + scale + ")",
        FieldType.DECIMAL,
        NumericKind.BIGNUMERIC,
        scale);
  }

  private static String quotient(String summed, String counted) {
    return "SUM(" + summed + ") / NULLIF(COUNT(" + counted + "), 0)";
  }
}
