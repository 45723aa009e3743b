package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.bigquery.table.ServiceLimits;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.ResultRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of an answer, in the types of {@link SqlValue#returned}: {@code {"f": [{"v": "1"}, {"v":
 * null}]}}.
 */
final class AnswerRow implements ResultRow {
  /** What a value takes in the heap beside its text. */
  private static final int VALUE_BYTES = 8;

  private final FieldType[] types;
  private final @Nullable Object[] values;
  private final int maxBytes;
  private final Utf8Text texts = new Utf8Text();

  /**
   * Rows of some columns.
   *
   * @param maxBytes of the largest
   */
  AnswerRow(List<FieldType> types, int maxBytes) {
    this.types = types.toArray(FieldType[]::new);
    values = new @Nullable Object[this.types.length];
    this.maxBytes = maxBytes;
  }

  /** Takes the row that the parser has begun. */
  void take(JsonParser in) throws IOException, StoreReadException {
    Arrays.fill(values, null);
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      var isCells = in.currentName().equals("f");
      in.nextToken();
      if (isCells) {
        takeCells(in);
      } else {
        in.skipChildren();
      }
    }
  }

  private void takeCells(JsonParser in) throws IOException, StoreReadException {
    var size = types.length * (long) VALUE_BYTES;
    var column = 0;
    for (; in.nextToken() == JsonToken.START_OBJECT; column++) {
      if (column == types.length) {
        throw new IOException("a row has more than %d values".formatted(column));
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        var isValue = in.currentName().equals("v");
        if (in.nextToken() == JsonToken.VALUE_STRING && isValue) {
          size += in.getTextLength();
          checkSize(size);
          values[column] = value(types[column], in);
          size += values[column] instanceof byte[] utf8 ? utf8.length - in.getTextLength() : 0;
          checkSize(size);
        } else {
          in.skipChildren();
        }
      }
    }
    if (column != types.length) {
      throw new IOException("a row has %d of %d values".formatted(column, types.length));
    }
  }

  private void checkSize(long size) throws StoreReadException {
    if (size > maxBytes) {
      throw ReadFailure.tooLarge(maxBytes);
    }
  }

  private Object value(FieldType type, JsonParser in) throws IOException, StoreReadException {
    if (type == FieldType.STRING || type == FieldType.JSON) {
      return texts.of(in);
    }
    try {
      return parsed(type, in.getText());
    } catch (IllegalArgumentException e) {
      throw new StoreReadException(
          Reason.REFUSED, "a column of the table is not of its field's type", e);
    }
  }

  private static Object parsed(FieldType type, String text) throws StoreReadException {
    return switch (type) {
      case STRING, JSON -> throw new IllegalStateException(text);
      case INT32 -> int32(Long.parseLong(text));
      case INT64, DATE, TIMESTAMP -> Long.parseLong(text);
      case DOUBLE -> finite(Double.parseDouble(text));
      case DECIMAL -> shortest(new BigDecimal(text));
      case BOOLEAN -> Boolean.parseBoolean(text) ? 1L : 0L;
      case UUID -> UUID.fromString(text);
    };
  }

  /** The column may have become wider than this process knows. */
  private static long int32(long number) throws StoreReadException {
    if (number != (int) number) {
      throw new StoreReadException(
          Reason.UNAVAILABLE, "the table has a newer schema than this process");
    }
    return number;
  }

  /** All that are stored are finite; a sum may not be. */
  private static double finite(double number) throws StoreReadException {
    if (!Double.isFinite(number)) {
      throw new StoreReadException(
          Reason.IMPOSSIBLE, "the store cannot compute this: a value is out of range for double");
    }
    return number;
  }

  /** A sum may have part of one more digit than what it is compared with. */
  private static BigDecimal shortest(BigDecimal number) throws StoreReadException {
    if (number.precision() - number.scale() > ServiceLimits.BIGNUMERIC_DIGITS) {
      throw new StoreReadException(
          Reason.IMPOSSIBLE, "the store cannot compute this: a value is out of range for decimal");
    }
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
