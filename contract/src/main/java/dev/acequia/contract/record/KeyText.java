package dev.acequia.contract.record;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;

/** A record key as it is written, byte by byte: each record that is pushed has one made. */
final class KeyText {
  private static final int FIRST_SIZE = 64;
  private static final String HEX = "0123456789abcdef";

  private byte[] bytes = new byte[FIRST_SIZE];
  private int length;

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  KeyText put(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  KeyText put(String ascii) {
    reserve(ascii.length());
    for (var i = 0; i < ascii.length(); i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
    return this;
  }

  /** Text in UTF-8 as a JSON string with the shortest escapes. */
  KeyText quote(byte[] utf8, int offset, int count) {
    put('"');
    for (var i = offset; i < offset + count; i++) {
      var b = utf8[i];
      switch (b) {
        case '"', '\\' -> put('\\').put((char) b);
        case '\b' -> put("\\b");
        case '\f' -> put("\\f");
        case '\n' -> put("\\n");
        case '\r' -> put("\\r");
        case '\t' -> put("\\t");
        default -> {
          if (b >= 0 && b < ' ') {
            put("\\u00").put(HEX.charAt(b >> 4)).put(HEX.charAt(b & 0xf));
          } else {
            put((char) b);
          }
        }
      }
    }
    return put('"');
  }

  /** Text that is JSON by itself, or is to be refused when it is read. */
  KeyText raw(String text) {
    for (var b : text.getBytes(StandardCharsets.UTF_8)) {
      put((char) b);
    }
    return this;
  }

  KeyText quote(String text) {
    var utf8 = text.getBytes(StandardCharsets.UTF_8);
    return quote(utf8, 0, utf8.length);
  }

  /** {@code 2013-01-31}; years beyond four digits as {@link LocalDate} writes them. */
  KeyText date(long epochDay) {
    var date = LocalDate.ofEpochDay(epochDay);
    if (date.getYear() < 0 || date.getYear() > 9999) {
      return put(date.toString());
    }
    return digits(date.getYear(), 4)
        .put('-')
        .digits(date.getMonthValue(), 2)
        .put('-')
        .digits(date.getDayOfMonth(), 2);
  }

  /** {@code 2013-01-31T05:00:00.25Z}: UTC, the fraction without trailing zeros. */
  KeyText timestamp(long epochMicros) {
    date(Math.floorDiv(epochMicros, TemporalText.MICROS_PER_DAY));
    var micros = Math.floorMod(epochMicros, TemporalText.MICROS_PER_DAY);
    var ofDay = micros / TemporalText.MICROS_PER_SECOND;
    put('T').digits(ofDay / 3600, 2).put(':').digits(ofDay / 60 % 60, 2).put(':');
    digits(ofDay % 60, 2);
    var fraction = micros % TemporalText.MICROS_PER_SECOND;
    if (fraction != 0) {
      var digits = 6;
      while (fraction % 10 == 0) {
        fraction /= 10;
        digits--;
      }
      put('.').digits(fraction, digits);
    }
    return put('Z');
  }

  private KeyText digits(long number, int digits) {
    reserve(digits);
    for (var i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + number % 10);
      number /= 10;
    }
    length += digits;
    return this;
  }

  private void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }
}
