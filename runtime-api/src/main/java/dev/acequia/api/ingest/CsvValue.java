package dev.acequia.api.ingest;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that grows by the fields of a CSV row. Each character is a byte. It is written so
 * that a value cannot be more than a value, whatever stands in the row.
 */
final class CsvValue {
  private static final int SHOWN = 40;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** The parser holds the field, too, and in characters of two bytes. */
  private static final int COPIES = 3;

  private final int maxLength;
  private final BodyMemory memory;
  private final JsonText jsonText = new JsonText();
  private byte[] bytes = new byte[512];
  private int length;
  private boolean tooLong;

  /**
   * Of a record that is longer, only that it is will be known.
   *
   * @param maxLength in bytes
   * @param memory what it grows by is taken from it
   */
  CsvValue(int maxLength, BodyMemory memory) {
    this.maxLength = maxLength;
    this.memory = memory;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return tooLong ? maxLength + 1 : length;
  }

  void begin() {
    length = 0;
    tooLong = false;
    put('{');
  }

  void end() {
    put('}');
  }

  /** Writes one field, unless the record is too long already. */
  void write(String name, FieldType type, char[] text, int offset, int size)
      throws BadRecordException {
    if (length + size > maxLength) {
      tooLong = true;
    }
    if (tooLong) {
      return;
    }
    var before = length;
    if (length > 1) {
      put(',');
    }
    put('"');
    ascii(name);
    put('"');
    put(':');
    switch (type) {
      case STRING -> string(text, offset, size);
      case DECIMAL, INT32, INT64, DOUBLE, BOOLEAN, JSON, DATE, TIMESTAMP, UUID ->
          trimmed(before, name, type, text, offset, size);
    }
  }

  /** Values to which spaces around them mean nothing, and which are null when nothing is left. */
  private void trimmed(int before, String name, FieldType type, char[] text, int offset, int size)
      throws BadRecordException {
    var from = offset;
    var to = offset + size;
    while (from < to && text[from] == ' ') {
      from++;
    }
    while (to > from && text[to - 1] == ' ') {
      to--;
    }
    if (from == to) {
      length = before;
      return;
    }
    var left = to - from;
    switch (type) {
      case STRING, DATE, TIMESTAMP, UUID, DECIMAL -> string(text, from, left);
      case INT32, INT64 -> number(name, "an integer", text, from, left);
      case DOUBLE -> number(name, "a number", text, from, left);
      case BOOLEAN -> ascii(bool(name, text, from, left));
      case JSON -> json(name, text, from, left);
    }
  }

  /** {@code +5} and {@code 007} are numbers in CSV, but not in JSON. */
  private void number(String name, String wanted, char[] text, int offset, int size)
      throws BadRecordException {
    var at = offset;
    var end = offset + size;
    if (text[at] == '-') {
      put('-');
    }
    if (text[at] == '-' || text[at] == '+') {
      at++;
    }
    while (at + 1 < end && text[at] == '0' && isDigit(text[at + 1])) {
      at++;
    }
    if (at == end || !isDigit(text[at])) {
      throw wrongType(name, wanted, text, offset, size);
    }
    for (; at < end; at++) {
      var c = text[at];
      if (!isDigit(c) && c != '.' && c != 'e' && c != 'E' && c != '-' && c != '+') {
        throw wrongType(name, wanted, text, offset, size);
      }
      put((byte) c);
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String bool(String name, char[] text, int offset, int size)
      throws BadRecordException {
    return switch (new String(text, offset, Math.min(size, 6)).toLowerCase(java.util.Locale.ROOT)) {
      case "true", "t", "1" -> "true";
      case "false", "f", "0" -> "false";
      default -> throw wrongType(name, "true or false", text, offset, size);
    };
  }

  private void json(String name, char[] text, int offset, int size) throws BadRecordException {
    var from = length;
    for (var i = offset; i < offset + size; i++) {
      put((byte) text[i]);
    }
    var fault = fault(from, size);
    if (fault != null) {
      throw new BadRecordException(fault.errorClass(), name, fault.reason());
    }
  }

  private @Nullable BadRecordException fault(int from, int size) {
    try {
      jsonText.check(bytes, from, size);
      return null;
    } catch (BadRecordException e) {
      return e;
    }
  }

  private void string(char[] text, int offset, int size) {
    put('"');
    for (var i = offset; i < offset + size; i++) {
      var c = text[i];
      if (c == '"' || c == '\\') {
        put('\\');
        put((byte) c);
      } else if (c < ' ') {
        ascii("\\u00");
        put(HEX[c >> 4]);
        put(HEX[c & 15]);
      } else {
        put((byte) c);
      }
    }
    put('"');
  }

  private static BadRecordException wrongType(
      String name, String wanted, char[] text, int offset, int size) {
    var found =
        new String(
            new String(text, offset, Math.min(size, SHOWN)).getBytes(StandardCharsets.ISO_8859_1),
            StandardCharsets.UTF_8);
    return new BadRecordException(
        ErrorClass.WrongType,
        name,
        "expected %s, found '%s%s'".formatted(wanted, found, size > SHOWN ? "…" : ""));
  }

  private void ascii(String text) {
    for (var i = 0; i < text.length(); i++) {
      put((byte) text.charAt(i));
    }
  }

  private void put(char c) {
    put((byte) c);
  }

  private void put(byte b) {
    if (length == bytes.length) {
      memory.take((long) COPIES * length);
      bytes = Arrays.copyOf(bytes, length * 2);
    }
    bytes[length++] = b;
  }
}
