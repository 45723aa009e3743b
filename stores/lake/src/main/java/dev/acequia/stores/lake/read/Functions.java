package dev.acequia.stores.lake.read;

import java.util.List;

/**
 * What DuckDB computes in another way than docs/query.md says, as macros: averages of exact numbers
 * are doubles there, sums of doubles become infinite, and doubles are written with {@code .0}.
 */
final class Functions {
  /**
   * A double as PostgreSQL writes it: an exponent below 1e-4, as in DuckDB, and from 1e15 on, where
   * DuckDB begins at 1e16.
   */
  private static final String TEXT_OF_DOUBLE =
      """
      CREATE MACRO text_of_double(x) AS
      CASE
        WHEN x = 0 THEN replace(CAST(x AS VARCHAR), '.0', '')
        WHEN abs(x) >= 1e15 AND abs(x) < 1e16 THEN
          CASE WHEN x < 0 THEN '-' ELSE '' END
            || regexp_replace(
                 regexp_replace(replace(CAST(abs(x) AS VARCHAR), '.', ''), '0+$', ''),
                 '^(.)(.+)$', '\\1.\\2')
            || 'e+15'
        ELSE regexp_replace(CAST(x AS VARCHAR), '\\.0$', '')
      END\
      """;

  /** A decimal without the zeros behind its last digit. */
  private static final String TEXT_OF_DECIMAL =
      "CREATE MACRO text_of_decimal(x) AS rtrim(rtrim(CAST(x AS VARCHAR), '0'), '.')";

  /** A decimal that has all its digits behind the point: DuckDB writes no zero before it. */
  private static final String TEXT_OF_FRACTION =
      """
      CREATE MACRO text_of_fraction(x) AS
      CASE
        WHEN x = 0 THEN '0'
        WHEN x < 0 THEN '-0' || rtrim(substr(CAST(x AS VARCHAR), 2), '0')
        ELSE '0' || rtrim(CAST(x AS VARCHAR), '0')
      END\
      """;

  /** The digits that a double is sure of. */
  private static final String DECIMAL_OF_DOUBLE =
      "CREATE MACRO decimal_of_double(x) AS CAST(printf('%.14e', x) AS DECIMAL(38,18))";

  /** By way of text, since DuckDB rounds twice. */
  private static final String DOUBLE_OF_DECIMAL =
      "CREATE MACRO double_of_decimal(x) AS CAST(CAST(x AS VARCHAR) AS DOUBLE)";

  private static final String FINITE =
      """
      CREATE MACRO finite_double(x) AS
      CASE
        WHEN isinf(x) THEN CAST(error('a sum is out of range for double') AS DOUBLE)
        ELSE x
      END\
      """;

  /** A quotient rounded half away from zero. */
  private static final String QUOTIENT =
      """
      CREATE MACRO rounded_quotient(a, b) AS
      (a + CASE WHEN a < 0 THEN -(b // 2) ELSE b // 2 END) // b\
      """;

  /**
   * The mean of {@code count} numbers with a scale of at most 18; the mean has scale 18.
   *
   * <p>{@code whole} is the sum of what stands before their points, {@code rest} that of what
   * stands behind, times 10^18. No step has more digits than a HUGEINT.
   */
  private static final String MEAN =
      """
      CREATE MACRO exact_mean(whole, rest, count) AS
      CAST(whole // count AS DECIMAL(38,18))
        + CAST(
            rounded_quotient(
              (whole % count) * CAST('1000000000000000000' AS HUGEINT) + rest,
              CAST(count AS HUGEINT))
            AS DECIMAL(20,0))
        * CAST('0.000000000000000001' AS DECIMAL(18,18))\
      """;

  private static final String MEAN_OF_WHOLE =
      """
      CREATE MACRO mean_of_whole(x) AS
      exact_mean(sum(x), CAST('0' AS HUGEINT), count(x))\
      """;

  /** Parts the sum and not each number: a million numbers take 40 ms and not 3 s. */
  private static final String MEAN_OF_DECIMAL =
      """
      CREATE MACRO mean_of_decimal(x) AS
      exact_mean(
        CAST(trunc(sum(x)) AS HUGEINT),
        CAST(
          CAST(sum(x) - trunc(sum(x)) AS DECIMAL(18,18))
            * CAST('1000000000000000000' AS DECIMAL(19,0))
          AS HUGEINT),
        count(x))\
      """;

  /**
   * The mean of decimals that have more than 18 digits behind their point, to as many: that of the
   * numbers of their last digit, times this digit's {@code unit}. DuckDB tells such a number only
   * by way of text, and does so once for each group.
   */
  private static final String MEAN_OF_FINE_DECIMAL =
      """
      CREATE MACRO mean_of_fine_decimal(x, unit) AS
      CAST(
        rounded_quotient(
          CAST(replace(CAST(sum(x) AS VARCHAR), '.', '') AS HUGEINT), CAST(count(x) AS HUGEINT))
        AS DECIMAL(38,0))
        * unit\
      """;

  /** In an order in which each knows those that it uses. */
  static final List<String> ALL =
      List.of(
          TEXT_OF_DOUBLE,
          TEXT_OF_DECIMAL,
          TEXT_OF_FRACTION,
          DECIMAL_OF_DOUBLE,
          DOUBLE_OF_DECIMAL,
          FINITE,
          QUOTIENT,
          MEAN,
          MEAN_OF_WHOLE,
          MEAN_OF_DECIMAL,
          MEAN_OF_FINE_DECIMAL);

  private Functions() {}
}
