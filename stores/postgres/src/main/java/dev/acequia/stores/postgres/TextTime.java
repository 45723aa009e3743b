package dev.acequia.stores.postgres;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;

/**
 * PostgreSQL's ISO form of a date or a point in time, such as {@code 2013-01-01 05:00:00.25+00}.
 * The session's time zone is UTC.
 */
final class TextTime {
  private static final long MICROS_PER_SECOND = 1_000_000;

  private final byte[] text;
  private int position;

  TextTime(byte[] text) {
    this.text = text;
  }

  long epochDay() {
    var year = number();
    var month = number();
    var day = number();
    return LocalDate.of((int) year, (int) month, (int) day).toEpochDay();
  }

  long epochMicros() {
    var seconds = epochDay() * 86_400 + number() * 3600 + number() * 60 + number();
    return seconds * MICROS_PER_SECOND + micros();
  }

  private long micros() {
    if (text[position - 1] != '.') {
      return 0;
    }
    long micros = 0;
    for (var digit = 0; digit < 6; digit++) {
      var given = position < text.length && Character.isDigit(text[position]);
      micros = micros * 10 + (given ? text[position++] - '0' : 0);
    }
    return micros;
  }

  /** The next digits; passes over what ends them. */
  private long number() {
    if (position >= text.length || !Character.isDigit(text[position])) {
      throw new IllegalStateException(
          "not a time of this era: " + new String(text, StandardCharsets.US_ASCII));
    }
    long number = 0;
    while (position < text.length && Character.isDigit(text[position])) {
      number = number * 10 + text[position++] - '0';
    }
    position++;
    return number;
  }
}
