package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.ResultRow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/** A row of a chunk, in the types of {@link SqlValue#returned}. */
final class LakeRow implements ResultRow {
  private final FieldType[] types;
  private final @Nullable Object[] values;
  private final int maxBytes;
  private DuckDBReadableVector[] vectors = {};

  /**
   * Rows of a query.
   *
   * @param maxBytes of the largest
   */
  LakeRow(List<Expression> columns, int maxBytes) {
    types = columns.stream().map(Expression::type).toArray(FieldType[]::new);
    values = new Object[types.length];
    this.maxBytes = maxBytes;
  }

  /** Goes on with the rows of a chunk. */
  LakeRow in(DuckDBDataChunkReader next) {
    vectors = new DuckDBReadableVector[(int) next.columnCount()];
    for (var i = 0; i < vectors.length; i++) {
      vectors[i] = next.vector(i);
    }
    return this;
  }

  /**
   * Takes a row of the chunk.
   *
   * @return its bytes, of text and about so of all else
   * @throws StoreReadException when it is too large
   */
  long take(long row) throws StoreReadException {
    var size = (long) types.length * Long.BYTES;
    if (vectors.length > types.length) {
      // One more column has the bytes of its text.
      size += vectors[types.length].getLong(row);
      if (size > maxBytes) {
        throw new StoreReadException(
            Reason.TOO_LARGE,
            "a row of the result has more than %d MiB: ask for fewer or smaller fields with select"
                .formatted(maxBytes >> 20));
      }
    }
    for (var i = 0; i < types.length; i++) {
      values[i] = vectors[i].isNull(row) ? null : value(types[i], vectors[i], row);
    }
    return size;
  }

  private static Object value(FieldType type, DuckDBReadableVector vector, long row)
      throws StoreReadException {
    return switch (type) {
      case STRING, JSON -> vector.getString(row).getBytes(StandardCharsets.UTF_8);
      case INT32 -> int32(vector, row);
      case INT64, DATE, TIMESTAMP -> vector.getLong(row);
      case DOUBLE -> vector.getDouble(row);
      case DECIMAL -> shortest(vector.getBigDecimal(row));
      case BOOLEAN -> vector.getBoolean(row) ? 1L : 0L;
      case UUID -> UUID.fromString(vector.getString(row));
    };
  }

  /** The column may have become wider than this process knows. */
  private static long int32(DuckDBReadableVector vector, long row) throws StoreReadException {
    if (vector.getType() == DuckDBColumnType.INTEGER) {
      return vector.getInt(row);
    }
    var number = vector.getLong(row);
    if (number != (int) number) {
      throw new StoreReadException(
          Reason.UNAVAILABLE, "the table has a newer schema than this process");
    }
    return number;
  }

  /** A column's decimals have all its digits behind the point; those that are zero say nothing. */
  private static BigDecimal shortest(BigDecimal number) {
    var stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  @Override
  public boolean isNull(int column) {
    return values[column] == null;
  }

  @Override
  public long longAt(int column) {
    return (Long) valueAt(column);
  }

  @Override
  public double doubleAt(int column) {
    return (Double) valueAt(column);
  }

  @Override
  public BigDecimal decimalAt(int column) {
    return (BigDecimal) valueAt(column);
  }

  @Override
  public byte[] plainDecimalAt(int column) {
    return decimalAt(column).toPlainString().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public long uuidMostAt(int column) {
    return ((UUID) valueAt(column)).getMostSignificantBits();
  }

  @Override
  public long uuidLeastAt(int column) {
    return ((UUID) valueAt(column)).getLeastSignificantBits();
  }

  @Override
  public byte[] utf8At(int column) {
    return (byte[]) valueAt(column);
  }

  /** The value as a query names it; null for a null. */
  @Nullable Literal literalAt(int column) {
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
