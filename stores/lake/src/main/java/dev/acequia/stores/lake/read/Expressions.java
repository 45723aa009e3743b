package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.util.Locale;

/** What queries ask for, over the rows of a table {@code t}. */
final class Expressions {
  /** Digits behind the point of what is computed; a mean has as many as its numbers, if more. */
  private static final int SCALE = 18;

  private final TableColumns columns;

  Expressions(TableColumns columns) {
    this.columns = columns;
  }

  SqlValue of(Expression expression) {
    return switch (expression) {
      case Value value -> field(value.field().name(), value.type());
      case Provenance provenance -> field(provenance.column(), provenance.type());
      case Aggregate aggregate -> aggregate(aggregate);
      case Cast cast -> cast(of(cast.of()), cast.type());
    };
  }

  SqlValue field(String name, FieldType type) {
    return new SqlValue("t." + SqlText.name(name), type, columns.scale(name));
  }

  private SqlValue aggregate(Aggregate aggregate) {
    if (aggregate.of() == null) {
      return new SqlValue("count(*)", FieldType.INT64);
    }
    var of = of(aggregate.of());
    return switch (aggregate.function()) {
      case COUNT -> new SqlValue("count(" + of.text() + ")", FieldType.INT64);
      case MIN, MAX ->
          of.named(aggregate.function().name().toLowerCase(Locale.ROOT) + "(" + of.text() + ")");
      case SUM -> sum(of);
      case AVG -> average(of);
    };
  }

  private static SqlValue sum(SqlValue of) {
    var sum = "sum(" + of.text() + ")";
    return switch (of.type()) {
      case INT32 -> new SqlValue("CAST(" + sum + " AS BIGINT)", FieldType.INT64);
      case INT64 ->
          new SqlValue("CAST(" + sum + " AS " + SqlText.decimal(0) + ")", FieldType.DECIMAL);
      case DOUBLE -> of.named("finite_double(" + sum + ")");
      default -> of.named(sum);
    };
  }

  private static SqlValue average(SqlValue of) {
    return switch (of.type()) {
      case DOUBLE -> of.named("finite_double(avg(" + of.text() + "))");
      case DECIMAL ->
          of.scale() > SCALE
              ? of.named("mean_of_fine_decimal(" + of.text() + ", " + unit(of.scale()) + ")")
              : new SqlValue("mean_of_decimal(" + of.text() + ")", FieldType.DECIMAL, SCALE);
      default -> new SqlValue("mean_of_whole(" + of.text() + ")", FieldType.DECIMAL, SCALE);
    };
  }

  /** The least decimal of a scale. */
  private static String unit(int scale) {
    var unit = BigDecimal.ONE.movePointLeft(scale);
    return SqlText.value(new Literal(FieldType.DECIMAL, unit), scale);
  }

  private static SqlValue cast(SqlValue of, FieldType type) {
    if (of.type() == type) {
      return of;
    }
    return switch (type) {
      case STRING -> new SqlValue(text(of), type);
      case INT32 -> new SqlValue("CAST(" + of.text() + " AS INTEGER)", type);
      case INT64 -> new SqlValue("CAST(" + of.text() + " AS BIGINT)", type);
      case DOUBLE ->
          new SqlValue(
              of.type() == FieldType.DECIMAL
                  ? "double_of_decimal(" + of.text() + ")"
                  : "CAST(" + of.text() + " AS DOUBLE)",
              type);
      case DECIMAL ->
          of.type() == FieldType.DOUBLE
              ? new SqlValue("decimal_of_double(" + of.text() + ")", type, SCALE)
              : new SqlValue("CAST(" + of.text() + " AS " + SqlText.decimal(0) + ")", type);
      case DATE -> new SqlValue("CAST(make_timestamp(epoch_us(" + of.text() + ")) AS DATE)", type);
      case TIMESTAMP ->
          new SqlValue("CAST(CAST(" + of.text() + " AS TIMESTAMP) AS TIMESTAMPTZ)", type);
      case BOOLEAN, UUID, JSON -> throw new IllegalStateException("nothing is cast to " + type);
    };
  }

  private static String text(SqlValue of) {
    return switch (of.type()) {
      case STRING, JSON -> of.text();
      case DOUBLE -> "text_of_double(" + of.text() + ")";
      case DECIMAL ->
          switch (of.scale()) {
            case 0 -> "CAST(" + of.text() + " AS VARCHAR)";
            case SqlText.PRECISION -> "text_of_fraction(" + of.text() + ")";
            default -> "text_of_decimal(" + of.text() + ")";
          };
      case TIMESTAMP -> "(CAST(make_timestamp(epoch_us(" + of.text() + ")) AS VARCHAR) || '+00')";
      case INT32, INT64, BOOLEAN, DATE, UUID -> "CAST(" + of.text() + " AS VARCHAR)";
    };
  }
}
