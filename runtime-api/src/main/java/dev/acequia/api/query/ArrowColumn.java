package dev.acequia.api.query;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.ResultRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * One column of a record batch as it grows, in Arrow's layout: a bit for each row that has a value,
 * then the values one behind the other, and for text where each ends. What Arrow has no exact type
 * for is text: a decimal of any precision, a uuid, json.
 */
final class ArrowColumn {
  /** Of what has something in it: pages that wait for the store hold nothing. */
  private static final int FIRST_SIZE = 64;

  private final FieldType type;
  private ByteBuffer valid = buffer(0);
  private ByteBuffer ends = buffer(0);
  private ByteBuffer values = buffer(0);
  private int rows;
  private int nulls;

  ArrowColumn(FieldType type) {
    this.type = type;
  }

  /** Empties it for the next batch; its memory stays. */
  void clear() {
    valid.clear();
    ends.clear();
    values.clear();
    rows = 0;
    nulls = 0;
  }

  /** Empties it and lets go of its memory. */
  void release() {
    valid = buffer(0);
    ends = buffer(0);
    values = buffer(0);
    rows = 0;
    nulls = 0;
  }

  static boolean isText(FieldType type) {
    return switch (type) {
      case STRING, DECIMAL, UUID, JSON -> true;
      case INT32, INT64, DOUBLE, BOOLEAN, DATE, TIMESTAMP -> false;
    };
  }

  int nulls() {
    return nulls;
  }

  /** What it holds so far, in bytes. */
  int size() {
    return values.position() + ends.position();
  }

  /** What its buffers can take, in bytes. */
  int held() {
    return valid.capacity() + ends.capacity() + values.capacity();
  }

  void add(ResultRow row, int column) {
    var isNull = row.isNull(column);
    bit(!isNull, true);
    if (isNull) {
      nulls++;
    }
    switch (type) {
      case INT32, DATE -> {
        values = withRoom(values, Integer.BYTES);
        values.putInt(isNull ? 0 : (int) row.longAt(column));
      }
      case INT64, TIMESTAMP -> {
        values = withRoom(values, Long.BYTES);
        values.putLong(isNull ? 0 : row.longAt(column));
      }
      case DOUBLE -> {
        values = withRoom(values, Double.BYTES);
        values.putDouble(isNull ? 0 : row.doubleAt(column));
      }
      case BOOLEAN -> bit(!isNull && row.longAt(column) != 0, false);
      case STRING, JSON -> text(isNull ? new byte[0] : row.utf8At(column));
      case DECIMAL -> text(isNull ? new byte[0] : row.plainDecimalAt(column));
      case UUID ->
          text(
              ascii(
                  isNull
                      ? ""
                      : new UUID(row.uuidMostAt(column), row.uuidLeastAt(column)).toString()));
    }
    rows++;
  }

  /** The parts in the order of Arrow's format; a column without nulls needs no bits for them. */
  ByteBuffer[] parts() {
    var validity = nulls == 0 ? buffer(0) : flipped(valid);
    return isText(type)
        ? new ByteBuffer[] {validity, flipped(ends), flipped(values)}
        : new ByteBuffer[] {validity, flipped(values)};
  }

  private void bit(boolean set, boolean ofValidity) {
    var into = ofValidity ? valid : values;
    if (rows % Byte.SIZE == 0) {
      into = withRoom(into, 1);
      into.put((byte) 0);
    }
    if (set) {
      var last = into.position() - 1;
      into.put(last, (byte) (into.get(last) | 1 << rows % Byte.SIZE));
    }
    if (ofValidity) {
      valid = into;
    } else {
      values = into;
    }
  }

  private void text(byte[] utf8) {
    if (rows == 0) {
      end();
    }
    values = withRoom(values, utf8.length);
    values.put(utf8);
    end();
  }

  private void end() {
    ends = withRoom(ends, Integer.BYTES);
    ends.putInt(values.position());
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer withRoom(ByteBuffer buffer, int bytes) {
    if (buffer.remaining() >= bytes) {
      return buffer;
    }
    var enough = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
    var larger = buffer(Math.max(enough, FIRST_SIZE));
    return larger.put(flipped(buffer));
  }

  private static ByteBuffer flipped(ByteBuffer buffer) {
    return buffer.duplicate().flip();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
