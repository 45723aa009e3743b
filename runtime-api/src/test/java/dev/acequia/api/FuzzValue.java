package dev.acequia.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** Values of one type each: how they compare, and how they are written in a query. */
final class FuzzValue {
  private FuzzValue() {}

  /** As the store orders them: text by code points, a uuid by its digits. */
  static int compare(Object a, Object b) {
    return switch (a) {
      case String text -> compareCodePoints(text, (String) b);
      case Integer number -> number.compareTo((Integer) b);
      case Long number -> number.compareTo((Long) b);
      case Double number -> number.compareTo((Double) b);
      case BigDecimal number -> number.compareTo((BigDecimal) b);
      case Boolean truth -> truth.compareTo((Boolean) b);
      case LocalDate date -> date.compareTo((LocalDate) b);
      case Instant time -> time.compareTo((Instant) b);
      case UUID id -> id.toString().compareTo(b.toString());
      default -> throw new IllegalStateException(a.getClass().toString());
    };
  }

  private static int compareCodePoints(String a, String b) {
    var left = a.codePoints().toArray();
    var right = b.codePoints().toArray();
    return java.util.Arrays.compare(left, right);
  }

  static String text(Object value) {
    return value.toString();
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** As the store's own cast writes it. */
  static String asText(Object value) {
    return switch (value) {
      case Double number -> new BigDecimal(number).stripTrailingZeros().toPlainString();
      case BigDecimal number -> number.toPlainString();
      case Instant time ->
          DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").format(time.atOffset(ZoneOffset.UTC))
              + fraction(time)
              + "+00";
      default -> value.toString();
    };
  }

  private static String fraction(Instant time) {
    var millis = time.toEpochMilli() % 1000;
    return millis == 0 ? "" : ("." + millis).replaceAll("0+$", "");
  }
}
