package dev.acequia.contract.record;

import dev.acequia.contract.Schema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * One decoded record: a slot for each field, by the field's position in the schema. A row is made
 * once and filled again and again; what it holds is good until the next decode, and texts may be
 * ranges of the very buffer that was decoded. One thread at a time.
 */
public final class Row {
  static final byte ABSENT = 0;
  static final byte NULL = 1;
  static final byte PRESENT = 2;

  private static final byte[] NO_BYTES = new byte[0];

  final JsonCursor cursor = new JsonCursor();

  /** The key fields, in key order. */
  final int[] key;

  private final byte[] states;
  private final long[] values;
  private final long[] seconds;
  private final byte[][] texts;
  private final int[] offsets;
  private final int[] lengths;

  public Row(Schema schema) {
    key = schema.keyIndexes();
    var fields = schema.fields().size();
    states = new byte[fields];
    values = new long[fields];
    seconds = new long[fields];
    texts = new byte[fields][];
    Arrays.fill(texts, NO_BYTES);
    offsets = new int[fields];
    lengths = new int[fields];
  }

  /** Whether the record did not name the field. */
  public boolean isAbsent(int field) {
    return states[field] == ABSENT;
  }

  /** Whether the field was absent or null. */
  public boolean isNull(int field) {
    return states[field] != PRESENT;
  }

  /**
   * The value of an int32 or int64; a boolean as 0 or 1; a date as days, a timestamp as
   * microseconds since 1970-01-01 UTC.
   */
  public long longAt(int field) {
    return values[field];
  }

  public double doubleAt(int field) {
    return Double.longBitsToDouble(values[field]);
  }

  public long uuidMostAt(int field) {
    return values[field];
  }

  public long uuidLeastAt(int field) {
    return seconds[field];
  }

  public UUID uuidAt(int field) {
    return new UUID(values[field], seconds[field]);
  }

  /** The decimal with the number of fraction digits it was written with. */
  public BigDecimal decimalAt(int field) {
    var digits =
        lengths[field] == 0
            ? BigInteger.ZERO
            : new BigInteger(
                new String(
                    texts[field], offsets[field], lengths[field], StandardCharsets.US_ASCII));
    return new BigDecimal(
            isNegative(field) ? digits.negate() : digits,
            lengths[field] == 0 ? 0 : -exponent(field))
        .setScale(decimalScale(field));
  }

  /** Whether a decimal is below zero. */
  public boolean isNegative(int field) {
    return (seconds[field] & 1) != 0;
  }

  /** The number of fraction digits a decimal was written with; its text holds the digits. */
  public int decimalScale(int field) {
    return (int) (seconds[field] >> 1);
  }

  /**
   * The power of ten of a decimal's last digit. The digits are ASCII, in the slot's text, without
   * leading and trailing zeros; zero has none.
   */
  public int exponent(int field) {
    return (int) values[field];
  }

  /** The buffer that holds a string's or json's UTF-8, or a decimal's digits. */
  public byte[] textBuffer(int field) {
    return texts[field];
  }

  public int textOffset(int field) {
    return offsets[field];
  }

  /** In bytes. */
  public int textLength(int field) {
    return lengths[field];
  }

  /** A copy of a string's or json's text. */
  public String stringAt(int field) {
    return new String(texts[field], offsets[field], lengths[field], StandardCharsets.UTF_8);
  }

  JsonCursor begin(byte[] buffer, int offset, int length) {
    Arrays.fill(states, ABSENT);
    cursor.begin(buffer, offset, length);
    return cursor;
  }

  byte state(int field) {
    return states[field];
  }

  void setNull(int field) {
    states[field] = NULL;
  }

  void setLong(int field, long value) {
    states[field] = PRESENT;
    values[field] = value;
  }

  void setDouble(int field, double value) {
    setLong(field, Double.doubleToRawLongBits(value));
  }

  void setUuid(int field, long most, long least) {
    setLong(field, most);
    seconds[field] = least;
  }

  void setText(int field, byte[] buffer, int offset, int length) {
    states[field] = PRESENT;
    texts[field] = buffer;
    offsets[field] = offset;
    lengths[field] = length;
  }

  void setDecimal(
      int field, boolean negative, int scale, int exponent, byte[] digits, int offset, int length) {
    setText(field, digits, offset, length);
    values[field] = exponent;
    seconds[field] = ((long) scale << 1) | (negative ? 1 : 0);
  }
}
