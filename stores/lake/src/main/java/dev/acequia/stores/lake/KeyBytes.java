package dev.acequia.stores.lake;

import dev.acequia.contract.FieldType;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.apache.iceberg.util.DateTimeUtil;

/**
 * The values of a key as bytes that are equal for equal keys, also after an int32 has become an
 * int64, or a decimal has got more digits: its scale stays.
 */
final class KeyBytes {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  void putLong(long value) {
    number.putLong(0, value);
    putBytes(number.array(), 0, Long.BYTES);
  }

  /** The zeros are one. */
  void putDouble(double value) {
    putLong(Double.doubleToLongBits(value + 0.0));
  }

  void putText(byte[] text, int offset, int length) {
    putLong(length);
    putBytes(text, offset, length);
  }

  void putBytes(byte[] from, int offset, int length) {
    bytes.write(from, offset, length);
  }

  /** A value as Iceberg's readers give it; a decimal has the scale of its column. */
  void put(FieldType type, Object value) {
    switch (type) {
      case STRING, JSON -> {
        var text = value.toString().getBytes(StandardCharsets.UTF_8);
        putText(text, 0, text.length);
      }
      case INT32, INT64 -> putLong(((Number) value).longValue());
      case DOUBLE -> putDouble((Double) value);
      case DECIMAL -> putBytes(Column.Decimals.fixed((BigDecimal) value), 0, 16);
      case BOOLEAN -> putLong((Boolean) value ? 1 : 0);
      case DATE -> putLong(((LocalDate) value).toEpochDay());
      case TIMESTAMP -> putLong(DateTimeUtil.microsFromTimestamptz((OffsetDateTime) value));
      case UUID -> {
        putLong(((UUID) value).getMostSignificantBits());
        putLong(((UUID) value).getLeastSignificantBits());
      }
    }
  }

  /** The key, equal to others of equal values; this is empty then. */
  ByteBuffer take() {
    var taken = ByteBuffer.wrap(bytes.toByteArray());
    bytes.reset();
    return taken;
  }
}
