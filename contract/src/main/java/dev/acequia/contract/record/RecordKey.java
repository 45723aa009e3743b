package dev.acequia.contract.record;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.math.BigDecimal;
import java.util.List;

/**
 * The key of a record in Kafka: a JSON array, without white space, of the key fields' canonical
 * values in the order of the schema's key. Equal keys have equal bytes, so that they share a
 * partition.
 *
 * <p>Canonical are: strings with the shortest escapes and all else as plain UTF-8; integers in
 * decimal digits; doubles as ECMAScript writes them; decimals as a string, in plain notation,
 * without trailing zeros; dates {@code "2013-01-31"}; timestamps in UTC with Z, the fraction
 * without trailing zeros; UUIDs in lower case.
 */
public final class RecordKey {
  /**
   * The most that the values of a key may take, in bytes. PostgreSQL's index entries end at about
   * 2,700.
   */
  public static final int MAX_BYTES = 2048;

  private RecordKey() {}

  /** The key of a decoded record; empty when the schema has none. */
  public static byte[] encode(Schema schema, Row row) {
    var key = row.key;
    if (key.length == 0) {
      return new byte[0];
    }
    var out = new KeyText();
    for (var i = 0; i < key.length; i++) {
      out.put(i == 0 ? '[' : ',');
      var field = key[i];
      switch (schema.fields().get(field).type()) {
        case STRING ->
            out.quote(row.textBuffer(field), row.textOffset(field), row.textLength(field));
        case INT32, INT64 -> out.put(Long.toString(row.longAt(field)));
        case DOUBLE -> out.put(number(row.doubleAt(field)));
        case DECIMAL -> out.quote(plain(row.decimalAt(field)));
        case BOOLEAN -> out.put(row.longAt(field) == 0 ? "false" : "true");
        case DATE -> out.put('"').date(row.longAt(field)).put('"');
        case TIMESTAMP -> out.put('"').timestamp(row.longAt(field)).put('"');
        case UUID -> out.quote(row.uuidAt(field).toString());
        case JSON -> throw new IllegalArgumentException("a field of type json cannot be a key");
      }
    }
    return out.put(']').toBytes();
  }

  static void checkSize(int[] key, FieldType[] types, Row row) throws BadRecordException {
    var bytes = 0L;
    for (var field : key) {
      bytes +=
          switch (types[field]) {
            case STRING -> row.textLength(field);
            case DECIMAL -> row.textLength(field) + (long) Math.abs(row.exponent(field));
            default -> Long.BYTES;
          };
    }
    if (bytes > MAX_BYTES) {
      throw new BadRecordException(
          ErrorClass.TooLong, null, "a key has at most " + MAX_BYTES + " bytes");
    }
  }

  static byte[] fromTexts(int[] key, FieldType[] types, List<String> parts) {
    var json = new KeyText();
    for (var i = 0; i < key.length; i++) {
      json.put(i == 0 ? '[' : ',');
      switch (types[key[i]]) {
        case INT32, INT64, DOUBLE, BOOLEAN, JSON -> json.raw(parts.get(i));
        case STRING, DECIMAL, DATE, TIMESTAMP, UUID -> json.quote(parts.get(i));
      }
    }
    return json.put(']').toBytes();
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  /** As ECMAScript's Number::toString, like RFC 8785. */
  private static String number(double value) {
    if (value == 0) {
      return "0";
    }
    var shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
    var digits = shortest.unscaledValue().toString();
    var point = digits.length() - shortest.scale();
    var sign = value < 0 ? "-" : "";
    if (point > -6 && point <= 21) {
      return sign + shortest.toPlainString();
    }
    var exponent = point - 1;
    return sign
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }
}
