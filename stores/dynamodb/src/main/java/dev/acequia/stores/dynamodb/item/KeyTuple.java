package dev.acequia.stores.dynamodb.item;

import dev.acequia.stores.query.Literal;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/**
 * Several values as bytes that have the order of the values: the sort key of a key with more than
 * one field. Each value has {@link #VALUE} before it and the last one {@link #END} behind it, so
 * the values that a tuple begins with are a prefix of its bytes, and no tuple equals a prefix.
 */
public final class KeyTuple {
  private static final int END = 0;
  private static final int VALUE = 1;

  /** Greater than all that can follow a value. */
  private static final int BEYOND = 2;

  private static final int NEGATIVE = 1;
  private static final int ZERO = 2;
  private static final int POSITIVE = 3;

  private KeyTuple() {}

  /** The bytes of a whole tuple. */
  public static byte[] of(List<Literal> values) {
    var bytes = new ByteArrayOutputStream();
    values.forEach(value -> put(bytes, value));
    bytes.write(END);
    return bytes.toByteArray();
  }

  /** Less than all tuples that begin with the values, and greater than all lesser ones. */
  public static byte[] before(List<Literal> values) {
    var bytes = new ByteArrayOutputStream();
    values.forEach(value -> put(bytes, value));
    return bytes.toByteArray();
  }

  /** Greater than all tuples that begin with the values, and less than all greater ones. */
  public static byte[] behind(List<Literal> values) {
    var bytes = new ByteArrayOutputStream();
    values.forEach(value -> put(bytes, value));
    bytes.write(BEYOND);
    return bytes.toByteArray();
  }

  private static void put(ByteArrayOutputStream bytes, Literal literal) {
    bytes.write(VALUE);
    switch (literal.value()) {
      // A text has no NUL, so that one ends it.
      case String text -> {
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
      }
      // The same bytes, since an int32 may become an int64.
      case Integer number -> putLong(bytes, number);
      case Long number -> putLong(bytes, number);
      case Double number -> putDouble(bytes, number);
      case BigDecimal decimal -> putDecimal(bytes, decimal);
      case Boolean truth -> bytes.write(truth ? 1 : 0);
      case LocalDate date -> putLong(bytes, date.toEpochDay());
      case OffsetDateTime time ->
          putLong(bytes, ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant()));
      case UUID id -> {
        bytes.writeBytes(ByteBuffer.allocate(8).putLong(id.getMostSignificantBits()).array());
        bytes.writeBytes(ByteBuffer.allocate(8).putLong(id.getLeastSignificantBits()).array());
      }
      default -> throw new IllegalArgumentException("no key: " + literal);
    }
  }

  private static void putLong(ByteArrayOutputStream bytes, long value) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value ^ Long.MIN_VALUE).array());
  }

  /** The zeros are one. */
  private static void putDouble(ByteArrayOutputStream bytes, double value) {
    var bits = Double.doubleToLongBits(value + 0.0);
    putLong(bytes, bits < 0 ? bits ^ Long.MAX_VALUE : bits);
  }

  /** Sign, exponent and digits; all but the sign inverted where it is negative. */
  private static void putDecimal(ByteArrayOutputStream bytes, BigDecimal decimal) {
    if (decimal.signum() == 0) {
      bytes.write(ZERO);
      return;
    }
    var shortest = decimal.abs().stripTrailingZeros();
    var digits = shortest.unscaledValue().toString().getBytes(StandardCharsets.US_ASCII);
    var magnitude =
        ByteBuffer.allocate(Integer.BYTES + digits.length + 1)
            .putInt((shortest.precision() - shortest.scale()) ^ Integer.MIN_VALUE)
            .put(digits)
            .put((byte) 0)
            .array();
    var isNegative = decimal.signum() < 0;
    bytes.write(isNegative ? NEGATIVE : POSITIVE);
    if (isNegative) {
      for (var i = 0; i < magnitude.length; i++) {
        magnitude[i] = (byte) ~magnitude[i];
      }
    }
    bytes.writeBytes(magnitude);
  }
}
