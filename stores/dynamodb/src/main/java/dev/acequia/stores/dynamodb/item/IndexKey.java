package dev.acequia.stores.dynamodb.item;

import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A query's value as the key of an index. The service refuses empty texts and numbers beyond its
 * own, and years of five digits come before all others in its order. No record has any of these, so
 * the nearest key that one can have takes their place as the end of a range.
 *
 * @param isItself whether it is the value; otherwise it lies on the side that was asked for
 */
public record IndexKey(AttributeValue key, boolean isItself) {
  /** Records have no NUL. */
  private static final String LEAST_TEXT = "\u0001";

  private static final LocalDate FIRST_DAY = LocalDate.of(0, 1, 1);
  private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);
  private static final OffsetDateTime FIRST_TIME =
      FIRST_DAY.atStartOfDay().atOffset(ZoneOffset.UTC);
  private static final OffsetDateTime LAST_TIME =
      LAST_DAY.atTime(23, 59, 59, 999_999_000).atOffset(ZoneOffset.UTC);

  /** The key of the records that have a value; empty when none can have it. */
  public static Optional<AttributeValue> of(Literal value) {
    return atLeast(value).filter(IndexKey::isItself).map(IndexKey::key);
  }

  /** The least key that is not less than a value; empty when there is none. */
  public static Optional<IndexKey> atLeast(Literal value) {
    return switch (value.value()) {
      case Number number -> nearest(number, RoundingMode.CEILING);
      case LocalDate day when day.isAfter(LAST_DAY) -> Optional.empty();
      case LocalDate day when day.isBefore(FIRST_DAY) ->
          instead(new Literal(value.type(), FIRST_DAY));
      case OffsetDateTime time when time.isAfter(LAST_TIME) -> Optional.empty();
      case OffsetDateTime time when time.isBefore(FIRST_TIME) ->
          instead(new Literal(value.type(), FIRST_TIME));
      case String text when text.isEmpty() -> instead(new Literal(value.type(), LEAST_TEXT));
      default -> itself(value);
    };
  }

  /** The greatest key that is not greater than a value; empty when there is none. */
  public static Optional<IndexKey> atMost(Literal value) {
    return switch (value.value()) {
      case Number number -> nearest(number, RoundingMode.FLOOR);
      case LocalDate day when day.isAfter(LAST_DAY) -> instead(new Literal(value.type(), LAST_DAY));
      case LocalDate day when day.isBefore(FIRST_DAY) -> Optional.empty();
      case OffsetDateTime time when time.isAfter(LAST_TIME) ->
          instead(new Literal(value.type(), LAST_TIME));
      case OffsetDateTime time when time.isBefore(FIRST_TIME) -> Optional.empty();
      case String text when text.isEmpty() -> Optional.empty();
      default -> itself(value);
    };
  }

  private static Optional<IndexKey> itself(Literal value) {
    return Optional.of(new IndexKey(AttributeValue.fromS(Values.text(value)), true));
  }

  private static Optional<IndexKey> instead(Literal nearest) {
    return Optional.of(new IndexKey(AttributeValue.fromS(Values.text(nearest)), false));
  }

  private static Optional<IndexKey> nearest(Number number, RoundingMode mode) {
    var exact =
        switch (number) {
          case BigDecimal decimal -> decimal;
          case Double fraction -> Numbers.decimal(fraction);
          default -> BigDecimal.valueOf(number.longValue());
        };
    return Numbers.nearest(exact, mode)
        .map(
            held ->
                new IndexKey(
                    AttributeValue.fromN(Numbers.of(held).orElseThrow()),
                    held.compareTo(exact) == 0));
  }
}
