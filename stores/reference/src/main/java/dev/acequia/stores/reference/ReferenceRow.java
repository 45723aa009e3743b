package dev.acequia.stores.reference;

import dev.acequia.stores.query.ResultRow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values as a sink takes them. */
record ReferenceRow(List<@Nullable Object> values) implements ResultRow {
  @Override
  public boolean isNull(int column) {
    return values.get(column) == null;
  }

  private Object value(int column) {
    return Objects.requireNonNull(values.get(column), "a null");
  }

  @Override
  public long longAt(int column) {
    return switch (value(column)) {
      case Boolean truth -> truth ? 1 : 0;
      case LocalDate date -> date.toEpochDay();
      case OffsetDateTime time -> ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant());
      case Object number -> ((Number) number).longValue();
    };
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
    return Values.utf8((String) value(column));
  }
}
