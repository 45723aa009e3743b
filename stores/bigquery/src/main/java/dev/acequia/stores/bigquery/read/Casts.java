package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;

/** Values in other types, as docs/query.md has them. */
final class Casts {
  /**
   * A double as PostgreSQL writes it: the shortest digits that round-trip, with an exponent below
   * 1e-4 and from 1e15 on. GoogleSQL has 15 digits or 17. The alias {@code o} is the number of
   * digits after the first one, {@code e} the text with an exponent, {@code x} that exponent, which
   * an infinite sum has not: that is an error. {@code $} is the double.
   */
  private static final String TEXT_OF_DOUBLE =
      """
      (SELECT IF(x BETWEEN -4 AND 14, FORMAT('%.*f', GREATEST(o - x, 0), d), e) \
      FROM (SELECT d, o, e, CAST(SUBSTR(e, STRPOS(e, 'e') + 1) AS INT64) AS x \
      FROM (SELECT d, o, FORMAT('%.*e', o, d) AS e \
      FROM UNNEST([$]) AS d, UNNEST(GENERATE_ARRAY(0, 16)) AS o)) \
      WHERE CAST(e AS FLOAT64) = d ORDER BY o LIMIT 1)\
      """;

  /** {@code %E4Y} writes four digits of a year, and {@code %E*S} no zeros at the end. */
  private static final String TEXT_OF_TIMESTAMP = "FORMAT_TIMESTAMP('%E4Y-%m-%d %H:%M:%E*S+00', ";

  private Casts() {}

  static SqlValue of(SqlValue of, FieldType type) {
    if (of.type() == type) {
      return of;
    }
    return switch (type) {
      case STRING -> new SqlValue(text(of), type);
      case INT32 -> new SqlValue(int32(of), type);
      case INT64 -> new SqlValue(whole(of), type);
      case DOUBLE -> new SqlValue(as("FLOAT64", of), type);
      case DECIMAL -> decimal(of);
      case DATE -> new SqlValue("DATE(" + of.text() + ", 'UTC')", type);
      case TIMESTAMP -> new SqlValue("TIMESTAMP(" + of.text() + ", 'UTC')", type);
      case BOOLEAN, UUID, JSON -> throw new IllegalStateException("nothing is cast to " + type);
    };
  }

  private static String as(String type, SqlValue of) {
    return "CAST(" + of.text() + " AS " + type + ")";
  }

  /** Of a double, the digits that it is sure of, as in PostgreSQL. */
  private static SqlValue decimal(SqlValue of) {
    return of.type() == FieldType.DOUBLE
        ? SqlValue.decimal(
            "CAST(FORMAT('%.14e', " + of.text() + ") AS BIGNUMERIC)", NumericKind.BIGNUMERIC)
        : new SqlValue(as("NUMERIC", of), FieldType.DECIMAL, NumericKind.NUMERIC, 0);
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
          "CAST(IF(ABS(%1$s - TRUNC(%1$s)) = 0.5, 2 * ROUND(%1$s / 2), %1$s) AS INT64)"
              .formatted(of.text());
      default -> as("INT64", of);
    };
  }

  private static String text(SqlValue of) {
    return switch (of.type()) {
      case STRING, JSON, UUID -> of.text();
      case INT32, INT64, DECIMAL, BOOLEAN, DATE -> as("STRING", of);
      case DOUBLE -> TEXT_OF_DOUBLE.replace("$", of.text());
      case TIMESTAMP -> TEXT_OF_TIMESTAMP + of.text() + ", 'UTC')";
    };
  }
}
