package dev.acequia.api.ingest;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.CsvText;
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

  /**
   * Values to which spaces and tabs around them mean nothing, and which are null when nothing is
   * left.
   */
  private void trimmed(int before, String name, FieldType type, char[] text, int offset, int size)
      throws BadRecordException {
    var from = offset;
    var to = offset + size;
    while (from < to && CsvText.isBlank(text[from])) {
      from++;
    }
    while (to > from && CsvText.isBlank(text[to - 1])) {
      to--;
    }
    if (from == to) {
      length = before;
      return;
    }
    var left = to - from;
    switch (type) {
      case STRING, DATE, TIMESTAMP, UUID -> string(text, from, left);
      case DECIMAL -> decimal(text, from, left);
      case INT32, INT64 -> number(name, "an integer", text, from, left);
      case DOUBLE -> number(name, "a number", text, from, left);
      case BOOLEAN -> ascii(bool(name, text, from, left));
      case JSON -> json(name, text, from, left);
    }
  }

  private void number(String name, String wanted, char[] text, int offset, int size)
      throws BadRecordException {
    if (!number(text, offset, size)) {
      throw wrongType(name, wanted, text, offset, size);
    }
  }

  /** Writes a number; false, and nothing, when the text is none. */
  private boolean number(char[] text, int offset, int size) {
    reserve(size + 1);
    var end = CsvText.number(text, offset, size, bytes, length);
    if (end >= 0) {
      length = end;
    }
    return end >= 0;
  }

  /** As a string, which no reader of JSON rounds; the decoder says what is wrong with another. */
  private void decimal(char[] text, int offset, int size) {
    put('"');
    if (number(text, offset, size)) {
      put('"');
    } else {
      length--;
      string(text, offset, size);
    }
  }

  private static String bool(String name, char[] text, int offset, int size)
      throws BadRecordException {
    var truth = CsvText.truth(new String(text, offset, Math.min(size, 6)));
    if (truth == null) {
      throw wrongType(name, "true or false", text, offset, size);
    }
    return truth ? "true" : "false";
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
    reserve(1);
    bytes[length++] = b;
  }

  private void reserve(int room) {
    while (length + room > bytes.length) {
      memory.take((long) COPIES * bytes.length);
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
  }
}
