package dev.acequia.stores.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row that holds its values as objects: {@code byte[]} in UTF-8 for texts and JSON, {@code Long}
 * for integers, booleans (0 or 1), days and microseconds of the epoch, {@code Double}, {@code
 * BigDecimal}, {@code UUID}.
 */
public abstract class ValueRow implements ResultRow {
  private final FieldType[] types;
  private final @Nullable Object[] values;

  protected ValueRow(List<FieldType> types) {
    this.types = types.toArray(FieldType[]::new);
    values = new @Nullable Object[this.types.length];
  }

  protected final int columns() {
    return types.length;
  }

  protected final FieldType type(int column) {
    return types[column];
  }

  protected final void set(int column, @Nullable Object value) {
    values[column] = value;
  }

  /**
   * A number of an int32 field.
   *
   * @throws StoreReadException when the column has become wider than this process knows
   */
  protected static long int32(long number) throws StoreReadException {
    if (number != (int) number) {
      throw new StoreReadException(
          Reason.UNAVAILABLE, "the table has a newer schema than this process");
    }
    return number;
  }

  /** Strips the zeros that a column appends behind the point. */
  protected static BigDecimal shortest(BigDecimal number) {
    var stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  @Override
  public final boolean isNull(int column) {
    return values[column] == null;
  }

  @Override
  public final long longAt(int column) {
    return (Long) valueAt(column);
  }

  @Override
  public final double doubleAt(int column) {
    return (Double) valueAt(column);
  }

  @Override
  public final BigDecimal decimalAt(int column) {
    return (BigDecimal) valueAt(column);
  }

  @Override
  public final byte[] plainDecimalAt(int column) {
    return decimalAt(column).toPlainString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public final long uuidMostAt(int column) {
    return ((UUID) valueAt(column)).getMostSignificantBits();
  }

  @Override
  public final long uuidLeastAt(int column) {
    return ((UUID) valueAt(column)).getLeastSignificantBits();
  }

  @Override
  public final byte[] utf8At(int column) {
    return (byte[]) valueAt(column);
  }

  /** The value as a query names it; null for a null. */
  public final @Nullable Literal literalAt(int column) {
    if (isNull(column)) {
      return null;
    }
    var type = types[column];
    return switch (type) {
      case STRING -> new Literal(type, new String(utf8At(column), StandardCharsets.UTF_8));
      case INT32 -> new Literal(type, (int) longAt(column));
      case DATE -> new Literal(type, LocalDate.ofEpochDay(longAt(column)));
      case TIMESTAMP -> Literal.timestamp(longAt(column));
      case BOOLEAN -> new Literal(type, longAt(column) != 0);
      case INT64, DOUBLE, DECIMAL, UUID -> new Literal(type, valueAt(column));
      case JSON -> throw new IllegalStateException("json is not compared");
    };
  }

  private Object valueAt(int column) {
    var value = values[column];
    if (value == null) {
      throw new IllegalStateException("column " + column + " is null");
    }
    return value;
  }
}
