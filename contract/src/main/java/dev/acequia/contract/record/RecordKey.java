package dev.acequia.contract.record;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
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

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private RecordKey() {}

  /** The key of a decoded record; empty when the schema has none. */
  public static byte[] encode(Schema schema, Row row) {
    var key = schema.keyIndexes();
    if (key.length == 0) {
      return new byte[0];
    }
    var out = new ByteArrayOutputStream(64);
    for (var i = 0; i < key.length; i++) {
      out.write(i == 0 ? '[' : ',');
      var field = key[i];
      switch (schema.fields().get(field).type()) {
        case STRING ->
            quote(out, row.textBuffer(field), row.textOffset(field), row.textLength(field));
        case INT32, INT64 -> ascii(out, Long.toString(row.longAt(field)));
        case DOUBLE -> ascii(out, number(row.doubleAt(field)));
        case DECIMAL -> quoted(out, plain(row.decimalAt(field)));
        case BOOLEAN -> ascii(out, row.longAt(field) == 0 ? "false" : "true");
        case DATE -> quoted(out, LocalDate.ofEpochDay(row.longAt(field)).toString());
        case TIMESTAMP -> quoted(out, timestamp(row.longAt(field)));
        case UUID -> quoted(out, row.uuidAt(field).toString());
        case JSON -> throw new IllegalArgumentException("a field of type json cannot be a key");
      }
    }
    out.write(']');
    return out.toByteArray();
  }

  /** A timestamp's canonical text. */
  static String timestamp(long epochMicros) {
    return TIMESTAMP.format(
        Instant.ofEpochSecond(
            Math.floorDiv(epochMicros, TemporalText.MICROS_PER_SECOND),
            Math.floorMod(epochMicros, TemporalText.MICROS_PER_SECOND) * 1000));
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
    var json = new ByteArrayOutputStream(64);
    for (var i = 0; i < key.length; i++) {
      json.write(i == 0 ? '[' : ',');
      var text = parts.get(i).getBytes(StandardCharsets.UTF_8);
      switch (types[key[i]]) {
        case INT32, INT64, DOUBLE, BOOLEAN, JSON -> json.write(text, 0, text.length);
        case STRING, DECIMAL, DATE, TIMESTAMP, UUID -> quote(json, text, 0, text.length);
      }
    }
    json.write(']');
    return json.toByteArray();
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

  private static void quote(ByteArrayOutputStream out, byte[] text, int offset, int length) {
    out.write('"');
    for (var i = offset; i < offset + length; i++) {
      var b = text[i];
      switch (b) {
        case '"', '\\' -> {
          out.write('\\');
          out.write(b);
        }
        case '\b' -> ascii(out, "\\b");
        case '\f' -> ascii(out, "\\f");
        case '\n' -> ascii(out, "\\n");
        case '\r' -> ascii(out, "\\r");
        case '\t' -> ascii(out, "\\t");
        default -> {
          if (b >= 0 && b < ' ') {
            ascii(out, String.format("\\u%04x", (int) b));
          } else {
            out.write(b);
          }
        }
      }
    }
    out.write('"');
  }

  private static void quoted(ByteArrayOutputStream out, String text) {
    out.write('"');
    ascii(out, text);
    out.write('"');
  }

  private static void ascii(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }
}
