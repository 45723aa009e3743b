package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.record.Row;
import java.math.BigDecimal;
import java.util.Optional;

/** Numbers in the form that the service takes. */
final class Numbers {
  private Numbers() {}

  /** A decimal without trailing zeros; empty when the service cannot hold it exactly. */
  static Optional<String> of(BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return Optional.of("0");
    }
    var digits = decimal.stripTrailingZeros();
    return fits(digits.precision(), (long) digits.precision() - digits.scale() - 1)
        ? Optional.of(digits.toPlainString())
        : Optional.empty();
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
    return of(new BigDecimal(Double.toString(value)));
  }

  private static boolean fits(int digits, long exponent) {
    return digits <= ServiceLimits.DIGITS
        && exponent >= ServiceLimits.LEAST_EXPONENT
        && exponent <= ServiceLimits.GREATEST_EXPONENT;
  }
}
