package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;

/** What queries ask for, over the rows of a table {@code t}. */
final class Expressions {
  /** NUMERIC by another name: with digits it is the same type, whoever reads the statement. */
  private static final String NUMERIC = "NUMERIC(38, 9)";

  private Expressions() {}

  static SqlValue of(Expression expression) {
    return switch (expression) {
      case Value value ->
          new SqlValue(
              column(value.field().name()), value.type(), NumericKind.of(value.field()), false);
      case Provenance provenance -> new SqlValue(column(provenance.column()), provenance.type());
      case Aggregate aggregate -> aggregate(aggregate);
      case Cast cast -> cast(of(cast.of()), cast.type());
    };
  }

  static String column(String name) {
    return "t." + name(name);
  }

  /** A name, whatever it holds; within backquotes escapes are those of strings. */
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
      case AVG -> average(of);
    };
  }

  private static SqlValue sum(SqlValue of) {
    return switch (of.type()) {
      case INT32 -> new SqlValue("SUM(" + of.text() + ")", FieldType.INT64);
      case INT64 -> new SqlValue("SUM(" + as(NUMERIC, of) + ")", FieldType.DECIMAL);
      default -> of.named("SUM(" + of.text() + ")");
    };
  }

  /** A quotient of BIGNUMERIC is exact to 38 digits behind the point, AVG of NUMERIC to nine. */
  private static SqlValue average(SqlValue of) {
    if (of.type() == FieldType.DOUBLE) {
      return of.named("AVG(" + of.text() + ")");
    }
    var exact = of.kind() == NumericKind.BIGNUMERIC ? of.text() : as("BIGNUMERIC(38, 9)", of);
    var mean = "SUM(" + exact + ") / NULLIF(COUNT(" + of.text() + "), 0)";
    return new SqlValue(
        of.kind() == NumericKind.BIGNUMERIC ? mean : "ROUND(" + mean + ", 18)",
        FieldType.DECIMAL,
        NumericKind.BIGNUMERIC,
        false);
  }

  private static SqlValue cast(SqlValue of, FieldType type) {
    if (of.written() || of.type() == type) {
      return of;
    }
    return switch (type) {
      case STRING -> text(of);
      case INT32 -> new SqlValue(int32(of), type);
      case INT64 -> new SqlValue(whole(of), type);
      case DOUBLE -> new SqlValue(as("FLOAT64", of), type);
      // The digits that a double is sure of, as in PostgreSQL.
      case DECIMAL ->
          new SqlValue(
              of.type() == FieldType.DOUBLE
                  ? "CAST(FORMAT('%.14e', " + of.text() + ") AS " + NUMERIC + ")"
                  : as(NUMERIC, of),
              type);
      case DATE -> new SqlValue("DATE(" + of.text() + ", 'UTC')", type);
      case TIMESTAMP -> new SqlValue("TIMESTAMP(" + of.text() + ", 'UTC')", type);
      case BOOLEAN, UUID, JSON -> throw new IllegalStateException("nothing is cast to " + type);
    };
  }

  private static String as(String type, SqlValue of) {
    return "CAST(" + of.text() + " AS " + type + ")";
  }

  private static String int32(SqlValue of) {
    var whole = whole(of);
    return "IF(%s NOT BETWEEN %d AND %d, ERROR('a value is out of range for int32'), %s)"
        .formatted(whole, Integer.MIN_VALUE, Integer.MAX_VALUE, whole);
  }

  /** Decimals round away from zero; so would doubles, whose halves go to the even neighbour. */
  private static String whole(SqlValue of) {
    return switch (of.type()) {
      case INT32, INT64 -> of.text();
      case DOUBLE ->
          "CASE WHEN ABS(%1$s - TRUNC(%1$s)) = 0.5 THEN CAST(2 * ROUND(%1$s / 2) AS INT64) ELSE CAST(%1$s AS INT64) END"
              .formatted(of.text());
      default -> as("INT64", of);
    };
  }

  /** The order of numbers is not that of their texts; a double's text cannot be had here. */
  private static SqlValue text(SqlValue of) {
    return switch (of.type()) {
      case STRING, JSON, UUID -> new SqlValue(of.text(), FieldType.STRING);
      case INT32, INT64 -> new SqlValue(as("STRING", of), FieldType.STRING);
      case DECIMAL -> {
        var digits = as("STRING", of);
        yield new SqlValue(
            "IF(STRPOS(%1$s, '.') > 0, RTRIM(RTRIM(%1$s, '0'), '.'), %1$s)".formatted(digits),
            FieldType.STRING);
      }
      case DOUBLE, BOOLEAN, DATE, TIMESTAMP -> of.asText();
    };
  }
}
