package dev.acequia.stores.lake.read;

import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Names and values as DuckDB reads them: the only place that writes either into a statement. A
 * statement runs once, so nothing is saved by parameters, and what a value means is decided here
 * and not by the driver's conversions.
 */
final class SqlText {
  /** All digits of a decimal that DuckDB has. */
  static final int PRECISION = 38;

  private SqlText() {}

  /** A name, whatever it holds. */
  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A string. Nothing but the quote is special in one; a statement's text ends at a NUL. */
  static String string(String text) {
    var quoted = "'" + text.replace("'", "''") + "'";
    return text.indexOf('\0') < 0 ? quoted : "(" + quoted.replace("\0", "' || chr(0) || '") + ")";
  }

  static String strings(Collection<String> texts) {
    return texts.stream().map(SqlText::string).collect(Collectors.joining(", ", "[", "]"));
  }

  static String numbers(Collection<? extends Number> numbers) {
    return numbers.stream().map(Number::toString).collect(Collectors.joining(", ", "[", "]"));
  }

  /**
   * A table function over the rows of files.
   *
   * @param schema the columns by the ids that they have in the files
   */
  static String parquet(Collection<Path> files, String schema) {
    return "read_parquet(%s, hive_partitioning = false, schema = %s)"
        .formatted(strings(files.stream().map(Path::toString).toList()), schema);
  }

  /**
   * A value in its own type.
   *
   * @param scale of a decimal, which must not have more digits behind its point
   */
  static String value(Literal literal, int scale) {
    return switch (literal.value()) {
      case String text -> string(text);
      case Integer number -> "CAST('" + number + "' AS INTEGER)";
      case Long number -> "CAST('" + number + "' AS BIGINT)";
      case Double number -> "CAST('" + number + "' AS DOUBLE)";
      case BigDecimal number -> "CAST('" + number.toPlainString() + "' AS " + decimal(scale) + ")";
      case Boolean truth -> truth ? "TRUE" : "FALSE";
      case LocalDate date -> "(DATE '1970-01-01' + CAST('" + date.toEpochDay() + "' AS INTEGER))";
      case OffsetDateTime time ->
          "make_timestamptz(CAST('"
              + ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant())
              + "' AS BIGINT))";
      case UUID id -> "CAST('" + id + "' AS UUID)";
      default -> throw new IllegalStateException(literal.value().getClass().toString());
    };
  }

  static String decimal(int scale) {
    return "DECIMAL(" + PRECISION + "," + scale + ")";
  }
}
