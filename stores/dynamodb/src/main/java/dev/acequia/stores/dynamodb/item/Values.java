package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Values as attributes. Numbers are numbers, dates and times are texts that are ordered as they
 * are, json is its text. A double beyond the service's numbers is the text of its digits.
 */
public final class Values {
  /** All six digits of the fraction, or texts would not be in the order of times. */
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 6, 6, true)
          .appendLiteral('Z')
          .toFormatter();

  private static final int DATE_LENGTH = "2013-01-31".length();

  private Values() {}

  /** A record's value; the field is not null. */
  static AttributeValue of(Row row, int index, Field field) throws BadRecordException {
    return switch (field.type()) {
      case STRING, JSON -> AttributeValue.fromS(row.stringAt(index));
      case INT32, INT64 -> Attributes.number(row.longAt(index));
      case DOUBLE -> number(row.doubleAt(index));
      case DECIMAL ->
          AttributeValue.fromN(
              Numbers.of(row, index)
                  .orElseThrow(
                      () ->
                          new BadRecordException(
                              ErrorClass.OutOfRange,
                              field.name(),
                              "DynamoDB holds numbers of at most %d digits, from 1E%d to 1E%d"
                                  .formatted(
                                      ServiceLimits.DIGITS,
                                      ServiceLimits.LEAST_EXPONENT,
                                      ServiceLimits.GREATEST_EXPONENT + 1))));
      case BOOLEAN -> AttributeValue.fromBool(row.longAt(index) != 0);
      case DATE -> AttributeValue.fromS(LocalDate.ofEpochDay(row.longAt(index)).toString());
      case TIMESTAMP -> AttributeValue.fromS(timestamp(row.longAt(index)));
      case UUID -> AttributeValue.fromS(row.uuidAt(index).toString());
    };
  }

  private static AttributeValue number(double value) {
    return Numbers.of(value)
        .map(AttributeValue::fromN)
        .orElseGet(() -> AttributeValue.fromS(Double.toString(value)));
  }

  /** A value of a query; empty when no record can have it. */
  public static Optional<AttributeValue> of(Literal literal) {
    return switch (literal.value()) {
      case Double number -> Optional.of(number(number));
      case BigDecimal decimal -> Numbers.of(decimal).map(AttributeValue::fromN);
      case Boolean truth -> Optional.of(AttributeValue.fromBool(truth));
      case Integer number -> Optional.of(Attributes.number(number));
      case Long number -> Optional.of(Attributes.number(number));
      default -> Optional.of(AttributeValue.fromS(text(literal)));
    };
  }

  /** A value of a type that is kept as text, in that text. */
  static String text(Literal literal) {
    return literal.value() instanceof OffsetDateTime time
        ? TIMESTAMP.format(time)
        : literal.value().toString();
  }

  private static String timestamp(long epochMicros) {
    return TIMESTAMP.format(
        Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
  }

  /** A record's value as a query would give it; the field is neither null nor json. */
  static Literal literal(Row row, int index, FieldType type) {
    return switch (type) {
      case STRING -> new Literal(type, row.stringAt(index));
      case INT32 -> new Literal(type, (int) row.longAt(index));
      case INT64 -> new Literal(type, row.longAt(index));
      case DOUBLE -> new Literal(type, row.doubleAt(index));
      case DECIMAL -> new Literal(type, row.decimalAt(index));
      case BOOLEAN -> new Literal(type, row.longAt(index) != 0);
      case DATE -> new Literal(type, LocalDate.ofEpochDay(row.longAt(index)));
      case TIMESTAMP -> Literal.timestamp(row.longAt(index));
      case UUID -> new Literal(type, row.uuidAt(index));
      case JSON -> throw new IllegalArgumentException("json is no key");
    };
  }

  /** The first second at which a date or timestamp is past. */
  static long epochSecond(Row row, int index, FieldType type) {
    return type == FieldType.DATE
        ? LocalDate.ofEpochDay(row.longAt(index) + 1)
            .toEpochSecond(LocalTime.MIDNIGHT, ZoneOffset.UTC)
        : Math.floorDiv(row.longAt(index), 1_000_000L) + 1;
  }

  /**
   * An integer, also of a field that has become a decimal since.
   *
   * @throws ArithmeticException when it is none that a long holds
   */
  static long integer(AttributeValue value) {
    return new BigDecimal(value.n()).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  static double doubleOf(AttributeValue value) {
    return Double.parseDouble(value.n() == null ? value.s() : value.n());
  }

  /** Without trailing zeros behind the point. */
  static BigDecimal decimal(AttributeValue value) {
    var shortest = new BigDecimal(value.n()).stripTrailingZeros();
    return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
  }

  /** In days of the epoch, also of a field that has become a timestamp since. */
  static long date(AttributeValue value) {
    return LocalDate.parse(value.s().substring(0, DATE_LENGTH)).toEpochDay();
  }

  /** In microseconds of the epoch, also where the field was a date once. */
  static long timestamp(AttributeValue value) {
    var instant =
        value.s().length() == DATE_LENGTH
            ? LocalDate.parse(value.s()).atStartOfDay().toInstant(ZoneOffset.UTC)
            : Instant.parse(value.s());
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  static UUID uuid(AttributeValue value) {
    return UUID.fromString(value.s());
  }
}
