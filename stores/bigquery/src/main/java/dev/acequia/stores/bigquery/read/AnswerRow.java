package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.bigquery.table.ServiceLimits;
import dev.acequia.stores.query.ValueRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

/**
 * A row of an answer, in the types of {@link SqlValue#returned}: {@code {"f": [{"v": "1"}, {"v":
 * null}]}}.
 */
final class AnswerRow extends ValueRow {
  /** What a value takes in the heap beside its text. */
  private static final int VALUE_BYTES = 8;

  private final int maxBytes;
  private final Utf8Text texts = new Utf8Text();

  /**
   * Rows of some columns.
   *
   * @param maxBytes of the largest
   */
  AnswerRow(List<FieldType> types, int maxBytes) {
    super(types);
    this.maxBytes = maxBytes;
  }

  /** Takes the row that the parser has begun. */
  void take(JsonParser in) throws IOException, StoreReadException {
    for (var column = 0; column < columns(); column++) {
      set(column, null);
    }
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
    var size = columns() * (long) VALUE_BYTES;
    var column = 0;
    for (; in.nextToken() == JsonToken.START_OBJECT; column++) {
      if (column == columns()) {
        throw new IOException("a row has more than %d values".formatted(column));
      }
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        var isValue = in.currentName().equals("v");
        if (in.nextToken() == JsonToken.VALUE_STRING && isValue) {
          size += in.getTextLength();
          checkSize(size);
          var value = value(type(column), in);
          set(column, value);
          size += value instanceof byte[] utf8 ? utf8.length - in.getTextLength() : 0;
          checkSize(size);
        } else {
          in.skipChildren();
        }
      }
    }
    if (column != columns()) {
      throw new IOException("a row has %d of %d values".formatted(column, columns()));
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
      case DECIMAL -> shortest(bounded(new BigDecimal(text)));
      case BOOLEAN -> Boolean.parseBoolean(text) ? 1L : 0L;
      case UUID -> UUID.fromString(text);
    };
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
  private static BigDecimal bounded(BigDecimal number) throws StoreReadException {
    if (number.precision() - number.scale() > ServiceLimits.BIGNUMERIC_DIGITS) {
      throw new StoreReadException(
          Reason.IMPOSSIBLE, "the store cannot compute this: a value is out of range for decimal");
    }
    return number;
  }
}
