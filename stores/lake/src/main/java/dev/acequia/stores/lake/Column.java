package dev.acequia.stores.lake;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.lake.table.LakeColumns;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/** The values of one field in a batch, by the numbers of its rows. */
abstract sealed class Column {
  private final BitSet nulls = new BitSet();

  static Column of(Field field) {
    return switch (field.type()) {
      case STRING, JSON -> new Texts();
      case INT32, INT64, BOOLEAN, DATE, TIMESTAMP -> new Longs(field.type());
      case DOUBLE -> new Doubles();
      case DECIMAL -> new Decimals(LakeColumns.digits(field));
      case UUID -> new Uuids();
    };
  }

  /**
   * Takes a row's value, in place of one that it has taken for the row.
   *
   * @return why the column cannot hold it; the row's value is null then
   */
  final Optional<String> put(int row, Row from, int field) {
    if (from.isNull(field)) {
      nulls.set(row);
      skip(row);
      return Optional.empty();
    }
    nulls.clear(row);
    var refusal = set(row, from, field);
    if (refusal.isPresent()) {
      nulls.set(row);
      skip(row);
    }
    return refusal;
  }

  /** The row has no value. */
  final void putNull(int row) {
    nulls.set(row);
    skip(row);
  }

  final boolean isNull(int row) {
    return nulls.get(row);
  }

  /** Writes the row's value, which is not null. */
  abstract void write(int row, ColumnWriter writer, int definitionLevel);

  /** The row's value as Iceberg computes with it; null where there is none. */
  final @Nullable Object value(int row) {
    return isNull(row) ? null : get(row);
  }

  /** Adds the row's value to a key. */
  abstract void toKey(int row, KeyBytes key);

  /** The row's heap in bytes; a row without a value takes space, too. */
  abstract int taken(int row);

  void clear() {
    nulls.clear();
  }

  abstract Optional<String> set(int row, Row from, int field);

  /** The row has no value; there is room for it all the same. */
  abstract void skip(int row);

  abstract Object get(int row);

  /** Whole numbers, booleans as 0 and 1, dates as days, timestamps as microseconds. */
  static final class Longs extends Column {
    private final FieldType type;
    private long[] values = new long[1024];

    Longs(FieldType type) {
      this.type = type;
    }

    @Override
    Optional<String> set(int row, Row from, int field) {
      skip(row);
      values[row] = from.longAt(field);
      return Optional.empty();
    }

    @Override
    void skip(int row) {
      if (row == values.length) {
        values = Arrays.copyOf(values, row * 2);
      }
    }

    @Override
    void write(int row, ColumnWriter writer, int level) {
      switch (type) {
        case BOOLEAN -> writer.write(values[row] != 0, 0, level);
        case INT32, DATE -> writer.write((int) values[row], 0, level);
        default -> writer.write(values[row], 0, level);
      }
    }

    @Override
    Object get(int row) {
      return switch (type) {
        case BOOLEAN -> values[row] != 0;
        case INT32, DATE -> (int) values[row];
        default -> values[row];
      };
    }

    @Override
    void toKey(int row, KeyBytes key) {
      key.putLong(values[row]);
    }

    @Override
    int taken(int row) {
      return Long.BYTES;
    }
  }

  /** Floating point. */
  static final class Doubles extends Column {
    private double[] values = new double[1024];

    @Override
    Optional<String> set(int row, Row from, int field) {
      skip(row);
      values[row] = from.doubleAt(field);
      return Optional.empty();
    }

    @Override
    void skip(int row) {
      if (row == values.length) {
        values = Arrays.copyOf(values, row * 2);
      }
    }

    @Override
    void write(int row, ColumnWriter writer, int level) {
      writer.write(values[row], 0, level);
    }

    @Override
    Object get(int row) {
      return values[row];
    }

    @Override
    void toKey(int row, KeyBytes key) {
      key.putDouble(values[row]);
    }

    @Override
    int taken(int row) {
      return Double.BYTES;
    }
  }

  /** Bytes of any length, one after the other. */
  abstract static sealed class Bytes extends Column {
    private byte[] bytes = new byte[8192];
    private int[] ends = new int[1024];
    private int length;

    final void add(int row, byte[] from, int offset, int size) {
      length = start(row);
      if (bytes.length - length < size) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, size)));
      }
      System.arraycopy(from, offset, bytes, length, size);
      length += size;
      end(row);
    }

    private void end(int row) {
      if (row == ends.length) {
        ends = Arrays.copyOf(ends, row * 2);
      }
      ends[row] = length;
    }

    @Override
    final void skip(int row) {
      length = start(row);
      end(row);
    }

    final int start(int row) {
      return row == 0 ? 0 : ends[row - 1];
    }

    final int size(int row) {
      return ends[row] - start(row);
    }

    @Override
    final int taken(int row) {
      return Integer.BYTES + size(row);
    }

    final byte[] bytes() {
      return bytes;
    }

    @Override
    void write(int row, ColumnWriter writer, int level) {
      writer.write(Binary.fromReusedByteArray(bytes, start(row), size(row)), 0, level);
    }

    @Override
    void clear() {
      super.clear();
      length = 0;
    }
  }

  /** Strings and JSON. */
  static final class Texts extends Bytes {
    @Override
    Optional<String> set(int row, Row from, int field) {
      add(row, from.textBuffer(field), from.textOffset(field), from.textLength(field));
      return Optional.empty();
    }

    @Override
    Object get(int row) {
      return new String(bytes(), start(row), size(row), StandardCharsets.UTF_8);
    }

    @Override
    void toKey(int row, KeyBytes key) {
      key.putText(bytes(), start(row), size(row));
    }
  }

  /** Decimals as 128-bit numbers of the last digit that the column has. */
  static final class Decimals extends Bytes {
    private static final int WIDTH = 16;

    /** The most digits of a decimal that Iceberg writes to Parquet as an int. */
    private static final int INT_DIGITS = 9;

    /** The most digits of one that it writes as a long; it writes longer ones as bytes. */
    private static final int LONG_DIGITS = 18;

    private final Digits most;

    Decimals(Digits most) {
      this.most = most;
    }

    @Override
    Optional<String> set(int row, Row from, int field) {
      var digits = from.textLength(field);
      var exponent = from.exponent(field);
      if (digits > 0
          && (exponent < -most.scale() || (long) digits + exponent > most.beforePoint())) {
        return Optional.of(
            "is a decimal with %d digits before the point and %d behind it, and a lake holds %d and %d"
                .formatted(
                    Math.max(0, (long) digits + exponent),
                    Math.max(0, -(long) exponent),
                    most.beforePoint(),
                    most.scale()));
      }
      var value = digits == 0 ? BigDecimal.ZERO : from.decimalAt(field);
      add(row, fixed(value.setScale(most.scale())), 0, WIDTH);
      return Optional.empty();
    }

    /** The 16 bytes of a decimal that has the scale of its column. */
    static byte[] fixed(BigDecimal value) {
      var number = value.unscaledValue().toByteArray();
      var fixed = new byte[WIDTH];
      if (number[0] < 0) {
        Arrays.fill(fixed, (byte) -1);
      }
      System.arraycopy(number, 0, fixed, WIDTH - number.length, number.length);
      return fixed;
    }

    @Override
    void write(int row, ColumnWriter writer, int level) {
      if (most.precision() > LONG_DIGITS) {
        var width = TypeUtil.decimalRequiredBytes(most.precision());
        writer.write(
            Binary.fromReusedByteArray(bytes(), start(row) + WIDTH - width, width), 0, level);
        return;
      }
      var number = ByteBuffer.wrap(bytes()).getLong(start(row) + WIDTH - Long.BYTES);
      if (most.precision() > INT_DIGITS) {
        writer.write(number, 0, level);
      } else {
        writer.write((int) number, 0, level);
      }
    }

    @Override
    Object get(int row) {
      return new BigDecimal(new BigInteger(bytes(), start(row), WIDTH), most.scale());
    }

    @Override
    void toKey(int row, KeyBytes key) {
      key.putBytes(bytes(), start(row), WIDTH);
    }
  }

  /** UUIDs. */
  static final class Uuids extends Bytes {
    private static final int WIDTH = 16;
    private final ByteBuffer fixed = ByteBuffer.allocate(WIDTH);

    @Override
    Optional<String> set(int row, Row from, int field) {
      fixed.putLong(0, from.uuidMostAt(field)).putLong(Long.BYTES, from.uuidLeastAt(field));
      add(row, fixed.array(), 0, WIDTH);
      return Optional.empty();
    }

    @Override
    Object get(int row) {
      var buffer = ByteBuffer.wrap(bytes(), start(row), WIDTH);
      return new UUID(buffer.getLong(), buffer.getLong());
    }

    @Override
    void toKey(int row, KeyBytes key) {
      key.putBytes(bytes(), start(row), WIDTH);
    }
  }
}
