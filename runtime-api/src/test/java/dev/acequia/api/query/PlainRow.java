package dev.acequia.api.query;

import dev.acequia.stores.query.ResultRow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of plain objects. */
record PlainRow(@Nullable Object... at) implements ResultRow {
  @Override
  public boolean isNull(int column) {
    return at[column] == null;
  }

  @Override
  public long longAt(int column) {
    return (Long) value(column);
  }

  @Override
  public double doubleAt(int column) {
    return (Double) value(column);
  }

  @Override
  public BigDecimal decimalAt(int column) {
    return (BigDecimal) value(column);
  }

  @Override
  public byte[] plainDecimalAt(int column) {
    return decimalAt(column).toPlainString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public long uuidMostAt(int column) {
    return ((UUID) value(column)).getMostSignificantBits();
  }

  @Override
  public long uuidLeastAt(int column) {
    return ((UUID) value(column)).getLeastSignificantBits();
  }

  @Override
  public byte[] utf8At(int column) {
    return ((String) value(column)).getBytes(StandardCharsets.UTF_8);
  }

  private Object value(int column) {
    return java.util.Objects.requireNonNull(at[column]);
  }
}
