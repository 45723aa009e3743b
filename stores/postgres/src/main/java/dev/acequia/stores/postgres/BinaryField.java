package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.Row;

/** Writes a row's values in the binary formats of PostgreSQL's types, each after its length. */
final class BinaryField {
  private static final int NULL = -1;

  /** PostgreSQL counts from 2000-01-01. */
  private static final int EPOCH_DAYS = 10_957;

  private static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

  private static final int JSONB_VERSION = 1;
  private static final int NUMERIC_NEGATIVE = 0x4000;
  private static final int[] TENS = {1, 10, 100, 1000};

  private BinaryField() {}

  static void put(CopyBuffer out, FieldType type, Row row, int field) {
    if (row.isNull(field)) {
      out.putInt(NULL);
      return;
    }
    switch (type) {
      case STRING -> {
        out.putInt(row.textLength(field));
        out.putBytes(row.textBuffer(field), row.textOffset(field), row.textLength(field));
      }
      case INT32 -> int32(out, (int) row.longAt(field));
      case INT64 -> int64(out, row.longAt(field));
      case DOUBLE -> int64(out, Double.doubleToRawLongBits(row.doubleAt(field)));
      case DECIMAL -> numeric(out, row, field);
      case BOOLEAN -> bool(out, row.longAt(field) != 0);
      case DATE -> int32(out, (int) row.longAt(field) - EPOCH_DAYS);
      case TIMESTAMP -> int64(out, row.longAt(field) - EPOCH_MICROS);
      case UUID -> uuid(out, row.uuidMostAt(field), row.uuidLeastAt(field));
      case JSON -> {
        out.putInt(1 + row.textLength(field));
        out.putByte(JSONB_VERSION);
        out.putBytes(row.textBuffer(field), row.textOffset(field), row.textLength(field));
      }
    }
  }

  static void putNull(CopyBuffer out) {
    out.putInt(NULL);
  }

  static void int32(CopyBuffer out, int value) {
    out.putInt(Integer.BYTES);
    out.putInt(value);
  }

  static void int64(CopyBuffer out, long value) {
    out.putInt(Long.BYTES);
    out.putLong(value);
  }

  static void bool(CopyBuffer out, boolean value) {
    out.putInt(1);
    out.putByte(value ? 1 : 0);
  }

  static void uuid(CopyBuffer out, long most, long least) {
    out.putInt(2 * Long.BYTES);
    out.putLong(most);
    out.putLong(least);
  }

  /**
   * Digits to base 10,000, of which the first counts 10,000 to the power of the weight; the scale
   * is for display only.
   */
  private static void numeric(CopyBuffer out, Row row, int field) {
    var digits = row.textBuffer(field);
    var from = row.textOffset(field);
    var count = row.textLength(field);
    var lastPower = row.exponent(field);
    var firstPower = lastPower + count - 1;
    var weight = count == 0 ? 0 : Math.floorDiv(firstPower, 4);
    var groups = count == 0 ? 0 : weight - Math.floorDiv(lastPower, 4) + 1;
    out.putInt(4 * Short.BYTES + groups * Short.BYTES);
    out.putShort(groups);
    out.putShort(weight);
    out.putShort(row.isNegative(field) ? NUMERIC_NEGATIVE : 0);
    out.putShort(row.decimalScale(field));
    var group = 0;
    for (var i = 0; i < count; i++) {
      var power = firstPower - i;
      group += (digits[from + i] - '0') * TENS[Math.floorMod(power, 4)];
      if (Math.floorMod(power, 4) == 0 || i == count - 1) {
        out.putShort(group);
        group = 0;
      }
    }
  }
}
