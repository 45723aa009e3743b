package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * How many digits a decimal has at most, as SQL counts them.
 *
 * @param precision all digits, 1 to {@link #MAX_PRECISION}
 * @param scale those after the point, 0 to the precision
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Digits(int precision, int scale) {
  /** What Iceberg and DuckDB hold; PostgreSQL holds more. */
  public static final int MAX_PRECISION = 38;

  public Digits {
    if (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision) {
      throw new IllegalArgumentException(
          "no decimal has a precision of %d and a scale of %d".formatted(precision, scale));
    }
  }

  /** The digits before the point. */
  public int beforePoint() {
    return precision - scale;
  }

  /**
   * Whether a decimal of the former digits may have these: more before the point, as many after.
   */
  public boolean canReplace(Digits former) {
    return scale == former.scale && precision >= former.precision;
  }

  /** As messages name a type, such as {@code decimal(12,2)}. */
  @Override
  public String toString() {
    return "decimal(" + precision + "," + scale + ")";
  }
}
