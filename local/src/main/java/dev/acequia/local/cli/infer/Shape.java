package dev.acequia.local.cli.infer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What the text of a value can be taken for, the narrowest first. */
enum Shape {
  INTEGER(Shape::isInteger),
  NUMBER(Shape::isNumber),
  BOOLEAN(text -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")),
  DATE(Shape::isDate),
  TIMESTAMP(Shape::isTimestamp),
  /** A date and a time without an offset: no instant, hence no timestamp. */
  LOCAL_DATE_TIME(Shape::isLocalDateTime),
  /** A timestamp but for the minutes of its offset, as psql writes it. */
  HOUR_OFFSET(Shape::isHourOffset),
  UUID(text -> text.length() == 36 && Forms.UUID.matcher(text).matches()),
  JSON(Shape::isJson);

  /** What every numeric type can hold in digits; what is longer is text. */
  private static final int MAX_DIGITS = 10_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final Predicate<String> test;

  Shape(Predicate<String> test) {
    this.test = test;
  }

  boolean fits(String text) {
    return test.test(text);
  }

  /** No leading zero or plus: those are codes and telephone numbers. */
  private static boolean isInteger(String text) {
    var from = text.startsWith("-") ? 1 : 0;
    var length = text.length();
    if (length == from || length > MAX_DIGITS || (text.charAt(from) == '0' && length > from + 1)) {
      return false;
    }
    for (var i = from; i < length; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String text) {
    return isInteger(text) || (text.length() <= MAX_DIGITS && Forms.NUMBER.matcher(text).matches());
  }

  private static boolean isDate(String text) {
    return text.length() == 10
        && Forms.DATE.matcher(text).matches()
        && isYearKnown(text)
        && parses(text, LocalDate::parse);
  }

  private static boolean isTimestamp(String text) {
    return startsAsDateTime(text) && Forms.TIMESTAMP.matcher(text).matches() && isInstant(text);
  }

  private static boolean isHourOffset(String text) {
    return startsAsDateTime(text)
        && Forms.HOUR_OFFSET.matcher(text).matches()
        && isInstant(text + ":00");
  }

  private static boolean isLocalDateTime(String text) {
    return startsAsDateTime(text)
        && Forms.LOCAL_DATE_TIME.matcher(text).matches()
        && isYearKnown(text)
        && parses(text.replace(' ', 'T'), LocalDateTime::parse);
  }

  private static boolean isJson(String text) {
    if (!text.startsWith("{") && !text.startsWith("[")) {
      return false;
    }
    try {
      MAPPER.readTree(text);
      return true;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** The years that a record can hold: 0001 to 9999, in UTC too. */
  private static boolean isInstant(String text) {
    try {
      var time = OffsetDateTime.parse(text.replace(' ', 'T').replace('t', 'T').replace('z', 'Z'));
      var year = time.withOffsetSameInstant(ZoneOffset.UTC).getYear();
      return isYearKnown(text) && year >= 1 && year <= 9999;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean isYearKnown(String text) {
    return !text.startsWith("0000");
  }

  private static boolean startsAsDateTime(String text) {
    return text.length() >= 16 && text.charAt(4) == '-' && text.charAt(13) == ':';
  }

  private static boolean parses(String text, Function<String, ?> parser) {
    try {
      return parser.apply(text) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static final class Forms {
    static final Pattern NUMBER =
        Pattern.compile(
            "-?(?:0|[1-9][0-9]*)?(?:\\.[0-9]+)?(?:(?<=[0-9])[eE][+-]?[0-9]{1,4})?(?<=[0-9])");
    static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    static final Pattern TIMESTAMP =
        Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?"
                + "(?:[Zz]|[+-][0-9]{2}:[0-9]{2})");
    static final Pattern HOUR_OFFSET =
        Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?"
                + "[+-][0-9]{2}");
    static final Pattern LOCAL_DATE_TIME =
        Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?");
    static final Pattern UUID =
        Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  }
}
