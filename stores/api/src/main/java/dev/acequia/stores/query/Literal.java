package dev.acequia.stores.query;

import dev.acequia.contract.FieldType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A value in a query. Its class follows its type: String, Integer, Long, Double, BigDecimal,
 * Boolean, LocalDate, OffsetDateTime (UTC, microseconds), UUID; there is none for json.
 */
public record Literal(FieldType type, Object value) {
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]{1,19}");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,6})?");

  /** Digits before and after the decimal point of the widest decimal that a store takes. */
  private static final int MAX_INTEGER_DIGITS = 131_072;

  private static final int MAX_FRACTION_DIGITS = 16_383;

  /** Decimals of more zeros than these are written with an exponent. */
  private static final int MAX_ZEROS = 40;

  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  /** Date, time to at most microseconds, and an offset; the last two may be absent. */
  private static final Pattern TIMESTAMP =
      Pattern.compile(
          "([0-9]{4}-[0-9]{2}-[0-9]{2})"
              + "(?:[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?)"
              + "([Zz]|[+\\- ][0-9]{2}(?::?[0-9]{2})?)?)?");

  /** Fits every column; what is longer is a mistake or an attack. */
  private static final int MAX_SHOWN = 40;

  public Literal {
    var fits =
        switch (type) {
          case STRING -> value instanceof String;
          case INT32 -> value instanceof Integer;
          case INT64 -> value instanceof Long;
          case DOUBLE -> value instanceof Double;
          case DECIMAL -> value instanceof BigDecimal;
          case BOOLEAN -> value instanceof Boolean;
          case DATE -> value instanceof LocalDate;
          case TIMESTAMP -> value instanceof OffsetDateTime;
          case UUID -> value instanceof UUID;
          case JSON -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException(value.getClass() + " as " + type);
    }
  }

  /** A point in time, as microseconds since 1970 in UTC. */
  public static Literal timestamp(long epochMicros) {
    return new Literal(
        FieldType.TIMESTAMP,
        OffsetDateTime.ofInstant(
            java.time.Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS), ZoneOffset.UTC));
  }

  /**
   * Reads a value as people write it. A timestamp without an offset is in UTC, a date alone is its
   * midnight, and a space stands for the plus that a URL lost.
   *
   * @throws InvalidQueryException when it is not of the type
   */
  public static Literal parse(FieldType type, String text) {
    try {
      return new Literal(
          type,
          switch (type) {
            case STRING -> string(text);
            case INT32 -> Integer.valueOf(matching(INTEGER, text));
            case INT64 -> Long.valueOf(matching(INTEGER, text));
            case DOUBLE -> finite(Double.parseDouble(matching(NUMBER, text)));
            case DECIMAL -> storable(new BigDecimal(matching(NUMBER, text)));
            case BOOLEAN -> bool(text);
            case DATE -> LocalDate.parse(matching(DATE, text));
            case TIMESTAMP -> timestamp(text);
            case UUID -> UUID.fromString(matching(UUID_FORM, text));
            case JSON -> throw new InvalidQueryException("a json field cannot be compared");
          });
    } catch (NumberFormatException | DateTimeException e) {
      throw notA(type, text);
    }
  }

  /** The value in the form that {@link #parse} reads back to an equal one. */
  public String text() {
    return switch (value) {
      case OffsetDateTime time -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
      case BigDecimal decimal -> text(decimal);
      default -> value.toString();
    };
  }

  private static String text(BigDecimal decimal) {
    var zeros = Math.max(-decimal.scale(), decimal.scale() - decimal.precision());
    return zeros > MAX_ZEROS ? decimal.toString() : decimal.toPlainString();
  }

  private static BigDecimal storable(BigDecimal decimal) {
    if (decimal.precision() - (long) decimal.scale() > MAX_INTEGER_DIGITS
        || decimal.scale() > MAX_FRACTION_DIGITS) {
      throw new InvalidQueryException(
          "a decimal has at most %,d digits before and %,d after its point"
              .formatted(MAX_INTEGER_DIGITS, MAX_FRACTION_DIGITS));
    }
    return decimal;
  }

  private static String string(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidQueryException("a string cannot hold the character NUL");
    }
    return text;
  }

  private static boolean bool(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "t" -> true;
      case "false", "f" -> false;
      default -> throw notA(FieldType.BOOLEAN, text);
    };
  }

  private static double finite(double value) {
    if (!Double.isFinite(value)) {
      throw new NumberFormatException();
    }
    return value;
  }

  private static OffsetDateTime timestamp(String text) {
    var parts = TIMESTAMP.matcher(text);
    if (!parts.matches()) {
      throw notA(FieldType.TIMESTAMP, text);
    }
    var date = LocalDate.parse(parts.group(1));
    var time = parts.group(2) == null ? LocalTime.MIDNIGHT : LocalTime.parse(parts.group(2));
    var offset =
        parts.group(3) == null
            ? ZoneOffset.UTC
            : ZoneOffset.of(parts.group(3).toUpperCase(Locale.ROOT).replace(' ', '+'));
    return OffsetDateTime.of(LocalDateTime.of(date, time), offset)
        .withOffsetSameInstant(ZoneOffset.UTC);
  }

  private static String matching(Pattern form, String text) {
    if (!form.matcher(text).matches()) {
      throw new NumberFormatException();
    }
    return text;
  }

  private static InvalidQueryException notA(FieldType type, String text) {
    var shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    var article = type == FieldType.INT32 || type == FieldType.INT64 ? "an " : "a ";
    return new InvalidQueryException(
        "'" + shown + "' is not " + article + type.name().toLowerCase(Locale.ROOT));
  }
}
