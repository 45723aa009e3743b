package dev.acequia.stores.lake.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.ValueRow;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;

/** A row of a chunk, in the types of {@link SqlValue#returned}. */
final class LakeRow extends ValueRow {
  private final int maxBytes;
  private DuckDBReadableVector[] vectors = {};

  /**
   * Rows of a query.
   *
   * @param maxBytes of the largest
   */
  LakeRow(List<Expression> columns, int maxBytes) {
    super(columns.stream().map(Expression::type).toList());
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
    var size = (long) columns() * Long.BYTES;
    if (vectors.length > columns()) {
      // One more column has the bytes of its text.
      size += vectors[columns()].getLong(row);
      if (size > maxBytes) {
        throw new StoreReadException(
            Reason.TOO_LARGE,
            "a row of the result has more than %d MiB: ask for fewer or smaller fields with select"
                .formatted(maxBytes >> 20));
      }
    }
    for (var i = 0; i < columns(); i++) {
      set(i, vectors[i].isNull(row) ? null : value(type(i), vectors[i], row));
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

  private static long int32(DuckDBReadableVector vector, long row) throws StoreReadException {
    return vector.getType() == DuckDBColumnType.INTEGER
        ? vector.getInt(row)
        : int32(vector.getLong(row));
  }
}
