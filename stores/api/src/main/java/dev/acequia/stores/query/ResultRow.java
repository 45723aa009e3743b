package dev.acequia.stores.query;

import java.math.BigDecimal;

/**
 * The row at hand while a result is read, by position in {@link Query#columns()}. It is reused for
 * the next row: take from it, do not keep it. Each accessor is for the types it names, and for
 * values that are not null.
 */
public interface ResultRow {
  boolean isNull(int column);

  /** int32, int64; boolean as 0 or 1; date as days, timestamp as microseconds since 1970 in UTC. */
  long longAt(int column);

  double doubleAt(int column);

  BigDecimal decimalAt(int column);

  /** A decimal as it is written without an exponent, in ASCII; not to be changed. */
  byte[] plainDecimalAt(int column);

  /** The first half of a uuid. */
  long uuidMostAt(int column);

  /** The second half of a uuid. */
  long uuidLeastAt(int column);

  /** string and json as UTF-8; not to be changed. */
  byte[] utf8At(int column);
}
