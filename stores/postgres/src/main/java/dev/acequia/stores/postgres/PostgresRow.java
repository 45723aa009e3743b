package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.ResultRow;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGResultSetMetaData;

/**
 * A result's row as the driver received it: bytes, which for each column are in PostgreSQL's binary
 * or text form. The driver asks for the binary form once a statement has been used a few times, so
 * both are common.
 */
final class PostgresRow implements ResultRow {
  /** Days and microseconds from 1970 to 2000, where PostgreSQL's own count begins. */
  private static final long EPOCH_DAYS = 10_957;

  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final long EPOCH_MICROS = EPOCH_DAYS * MICROS_PER_DAY;

  private final ResultSet rows;
  private final FieldType[] types;
  private final boolean[] binary;
  private final boolean[] widened;
  private final int maxBytes;
  private final byte[] @Nullable [] values;

  /**
   * The rows of a result.
   *
   * @param maxBytes of the largest row
   */
  PostgresRow(ResultSet rows, List<Expression> columns, int maxBytes) throws SQLException {
    this.rows = rows;
    this.maxBytes = maxBytes;
    types = columns.stream().map(Expression::type).toArray(FieldType[]::new);
    binary = new boolean[types.length];
    widened = new boolean[types.length];
    values = new byte[types.length][];
    var metaData = rows.getMetaData().unwrap(PGResultSetMetaData.class);
    for (var i = 0; i < types.length; i++) {
      binary[i] = metaData.getFormat(i + 1) == 1;
      widened[i] = isWidened(types[i], rows.getMetaData().getColumnType(i + 1));
    }
  }

  /**
   * Whether the column has become of a type that is written in another way: this process was made
   * for an older schema, and serves until the new version's takes over. An int32 that became an
   * int64 is read alike.
   */
  private static boolean isWidened(FieldType expected, int actual) {
    return switch (expected) {
      case INT32, INT64 -> actual == Types.NUMERIC;
      case DATE -> actual == Types.TIMESTAMP;
      case STRING, DOUBLE, DECIMAL, BOOLEAN, TIMESTAMP, UUID, JSON -> false;
    };
  }

  /**
   * Goes on to the next row.
   *
   * @return its size in bytes as it is written, or -1 after the last
   * @throws LongRowException when it is too large
   */
  int next() throws SQLException {
    if (!rows.next()) {
      return -1;
    }
    var size = 0;
    for (var i = 0; i < types.length; i++) {
      var value = rows.getBytes(i + 1);
      values[i] = value;
      size += value == null ? 0 : writtenBytes(i, value);
    }
    if (size > maxBytes) {
      throw new LongRowException(size);
    }
    return size;
  }

  /**
   * The driver's limit sees the binary form, in which 12 bytes can be a number of 131,072 digits.
   */
  private int writtenBytes(int column, byte[] value) {
    return binary[column] && types[column] == FieldType.DECIMAL
        ? new NumericText(value).length()
        : value.length;
  }

  /** A row of more bytes than a result may have. */
  static final class LongRowException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LongRowException(int bytes) {
      super("a row of " + bytes + " bytes");
    }
  }

  @Override
  public boolean isNull(int column) {
    return values[column] == null;
  }

  @Override
  public long longAt(int column) {
    var value = valueAt(column);
    if (widened[column]) {
      return longOfWidened(column, value);
    }
    return switch (types[column]) {
      case BOOLEAN -> binary[column] ? value[0] : value[0] == 't' ? 1 : 0;
      case DATE -> binary[column] ? integer(value) + EPOCH_DAYS : new TextTime(value).epochDay();
      case TIMESTAMP ->
          binary[column] ? integer(value) + EPOCH_MICROS : new TextTime(value).epochMicros();
      case INT32, INT64, DOUBLE, DECIMAL, STRING, UUID, JSON ->
          binary[column] ? integer(value) : Long.parseLong(ascii(value));
    };
  }

  /** A timestamp is in its day; a number must be one that the type has. */
  private long longOfWidened(int column, byte[] value) {
    if (types[column] == FieldType.DATE) {
      var micros =
          binary[column] ? integer(value) + EPOCH_MICROS : new TextTime(value).epochMicros();
      return Math.floorDiv(micros, MICROS_PER_DAY);
    }
    try {
      var number = decimalAt(column).longValueExact();
      if (types[column] == FieldType.INT64 || number == (int) number) {
        return number;
      }
    } catch (ArithmeticException e) {
      throw new NewerSchemaException(e);
    }
    throw new NewerSchemaException(null);
  }

  /** A value that only a newer schema has: the processes of that schema can answer. */
  static final class NewerSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NewerSchemaException(@Nullable Throwable cause) {
      super("the table has a newer schema than this process", cause);
    }
  }

  @Override
  public double doubleAt(int column) {
    var value = valueAt(column);
    return binary[column]
        ? Double.longBitsToDouble(integer(value))
        : Double.parseDouble(ascii(value));
  }

  @Override
  public BigDecimal decimalAt(int column) {
    try {
      return binary[column]
          ? rows.getBigDecimal(column + 1)
          : new BigDecimal(ascii(valueAt(column)));
    } catch (SQLException | NumberFormatException e) {
      throw new IllegalStateException("not a number that JSON has", e);
    }
  }

  @Override
  public byte[] plainDecimalAt(int column) {
    var value = valueAt(column);
    if (binary[column]) {
      return new NumericText(value).plain();
    }
    // NaN and the infinities end in a letter.
    if (value[value.length - 1] > '9') {
      throw new IllegalStateException("not a number that JSON has");
    }
    return value;
  }

  @Override
  public long uuidMostAt(int column) {
    var value = valueAt(column);
    return binary[column]
        ? ByteBuffer.wrap(value).getLong(0)
        : UUID.fromString(ascii(value)).getMostSignificantBits();
  }

  @Override
  public long uuidLeastAt(int column) {
    var value = valueAt(column);
    return binary[column]
        ? ByteBuffer.wrap(value).getLong(8)
        : UUID.fromString(ascii(value)).getLeastSignificantBits();
  }

  @Override
  public byte[] utf8At(int column) {
    return valueAt(column);
  }

  private byte[] valueAt(int column) {
    var value = values[column];
    if (value == null) {
      throw new IllegalStateException("column " + column + " is null");
    }
    return value;
  }

  /** A signed integer of two, four or eight bytes. */
  private static long integer(byte[] value) {
    long number = value[0];
    for (var i = 1; i < value.length; i++) {
      number = number << 8 | value[i] & 0xff;
    }
    return number;
  }

  private static String ascii(byte[] value) {
    return new String(value, StandardCharsets.ISO_8859_1);
  }
}
