package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.record.Row;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Optional;

/** Numbers in the form that the service takes. */
final class Numbers {
  private static final BigDecimal LEAST =
      BigDecimal.ONE.scaleByPowerOfTen(ServiceLimits.LEAST_EXPONENT);
  private static final BigDecimal GREATEST =
      new BigDecimal(
              BigInteger.TEN.pow(ServiceLimits.DIGITS).subtract(BigInteger.ONE),
              ServiceLimits.DIGITS - 1)
          .scaleByPowerOfTen(ServiceLimits.GREATEST_EXPONENT);

  private Numbers() {}

  /** A decimal without trailing zeros; empty when the service cannot hold it exactly. */
  static Optional<String> of(BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return Optional.of("0");
    }
    var digits = decimal.stripTrailingZeros();
    return fits(digits.precision(), exponent(digits))
        ? Optional.of(text(digits))
        : Optional.empty();
  }

  /** With an exponent where zeros would make more digits than clients take. */
  private static String text(BigDecimal digits) {
    return digits.precision() - digits.scale() > ServiceLimits.DIGITS
        ? digits.toString()
        : digits.toPlainString();
  }

  /** The same of a record's decimal, which is not expanded before it is known to fit. */
  static Optional<String> of(Row row, int field) {
    var digits = row.textLength(field);
    return digits == 0 || fits(digits, (long) digits + row.exponent(field) - 1)
        ? of(row.decimalAt(field))
        : Optional.empty();
  }

  /** A double by its shortest digits; empty when the service cannot hold it. */
  static Optional<String> of(double value) {
    return of(decimal(value));
  }

  /** A double's shortest digits. */
  static BigDecimal decimal(double value) {
    return new BigDecimal(Double.toString(value));
  }

  /**
   * The nearest number that the service holds.
   *
   * @param mode {@code CEILING} for one that is not less, {@code FLOOR} for one that is not greater
   * @return empty when there is none
   */
  static Optional<BigDecimal> nearest(BigDecimal number, RoundingMode mode) {
    if (number.signum() == 0) {
      return Optional.of(number);
    }
    var awayFromZero = (number.signum() > 0) == (mode == RoundingMode.CEILING);
    var sign = BigDecimal.valueOf(number.signum());
    var exponent = exponent(number);
    if (exponent > ServiceLimits.GREATEST_EXPONENT) {
      return awayFromZero ? Optional.empty() : Optional.of(GREATEST.multiply(sign));
    }
    if (exponent < ServiceLimits.LEAST_EXPONENT) {
      return Optional.of(awayFromZero ? LEAST.multiply(sign) : BigDecimal.ZERO);
    }
    var rounded = number.round(new MathContext(ServiceLimits.DIGITS, mode));
    return exponent(rounded) > ServiceLimits.GREATEST_EXPONENT
        ? Optional.empty()
        : Optional.of(rounded);
  }

  /** The power of ten of the first digit. */
  private static long exponent(BigDecimal number) {
    return (long) number.precision() - number.scale() - 1;
  }

  private static boolean fits(int digits, long exponent) {
    return digits <= ServiceLimits.DIGITS
        && exponent >= ServiceLimits.LEAST_EXPONENT
        && exponent <= ServiceLimits.GREATEST_EXPONENT;
  }
}
