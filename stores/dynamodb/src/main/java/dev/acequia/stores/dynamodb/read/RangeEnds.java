package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.dynamodb.item.IndexKey;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.KeyTuple;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.KeyedQuery.Bound;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The ends of a range of sort keys, each as the service compares it.
 *
 * @param from null for any
 * @param to null for any
 */
record RangeEnds(@Nullable End from, @Nullable End to) {
  /** One end. */
  record End(AttributeValue value, boolean inclusive) {}

  /**
   * The range of a query.
   *
   * @return empty when no record can be in it
   * @throws InvalidQueryException when the service cannot tell its records from others
   */
  static Optional<RangeEnds> of(KeyedQuery query) {
    var ends = query.index() == null ? Optional.of(ofKey(query)) : ofIndex(query);
    return ends.filter(range -> !range.isEmpty());
  }

  /**
   * No key equals either end, so both can be taken as inclusive. There is none where it would be
   * less or greater than all keys: the service takes no empty bytes.
   */
  private static RangeEnds ofKey(KeyedQuery query) {
    var prefix = query.prefix();
    var from = query.from();
    var to = query.to();
    return new RangeEnds(
        prefix.isEmpty() && from == null
            ? null
            : key(
                from == null || from.inclusive()
                    ? KeyTuple.before(with(prefix, from))
                    : KeyTuple.behind(with(prefix, from))),
        prefix.isEmpty() && to == null
            ? null
            : key(
                to == null || to.inclusive()
                    ? KeyTuple.behind(with(prefix, to))
                    : KeyTuple.before(with(prefix, to))));
  }

  private static List<Literal> with(List<Literal> prefix, @Nullable Bound bound) {
    var values = new ArrayList<>(prefix);
    if (bound != null) {
      values.add(bound.value());
    }
    return values;
  }

  private static End key(byte[] bytes) {
    if (bytes.length > ServiceLimits.RANGE_BYTES) {
      throw tooLong();
    }
    return new End(ItemKeys.bytes(bytes), true);
  }

  private static Optional<RangeEnds> ofIndex(KeyedQuery query) {
    if (!query.prefix().isEmpty()) {
      return IndexKey.of(query.prefix().getFirst())
          .map(RangeEnds::checked)
          .map(key -> new End(key, true))
          .map(only -> new RangeEnds(only, only));
    }
    var isBetween = query.from() != null && query.to() != null;
    var from = query.from() == null ? null : end(query.from(), isBetween, 1).orElse(null);
    var to = query.to() == null ? null : end(query.to(), isBetween, -1).orElse(null);
    var isNothing = (query.from() != null && from == null) || (query.to() != null && to == null);
    return isNothing ? Optional.empty() : Optional.of(new RangeEnds(from, to));
  }

  /**
   * The end as a key that a record can have. The service takes two ends only where both are
   * inclusive.
   *
   * @param step 1 for the least of the range, -1 for the greatest
   * @return empty when no record lies on this side of it
   */
  private static Optional<End> end(Bound bound, boolean isBetween, int step) {
    var next =
        isBetween && !bound.inclusive()
            ? neighbour(bound.value(), step)
            : Optional.<Literal>empty();
    var value = next.orElse(bound.value());
    var nearest = step > 0 ? IndexKey.atLeast(value) : IndexKey.atMost(value);
    return nearest.map(
        key -> {
          var inclusive = bound.inclusive() || next.isPresent() || !key.isItself();
          if (isBetween && !inclusive) {
            throw new InvalidQueryException(
                "a range with two ends of this field includes both: use gte and lte");
          }
          return new End(checked(key.key()), inclusive);
        });
  }

  private static AttributeValue checked(AttributeValue key) {
    if (key.s() != null
        && key.s().getBytes(StandardCharsets.UTF_8).length > ServiceLimits.RANGE_BYTES) {
      throw tooLong();
    }
    return key;
  }

  private static InvalidQueryException tooLong() {
    return new InvalidQueryException("a filter's value is longer than any key can be");
  }

  /** The next value, of types that have one. */
  private static Optional<Literal> neighbour(Literal literal, int step) {
    return switch (literal.value()) {
      case Integer number -> Optional.of(decimal(BigDecimal.valueOf(number), step));
      case Long number -> Optional.of(decimal(BigDecimal.valueOf(number), step));
      case LocalDate date -> Optional.of(new Literal(literal.type(), date.plusDays(step)));
      case OffsetDateTime time ->
          Optional.of(new Literal(literal.type(), time.plus(step, ChronoUnit.MICROS)));
      default -> Optional.empty();
    };
  }

  /** Beyond the greatest integer, too. */
  private static Literal decimal(BigDecimal number, int step) {
    return new Literal(FieldType.DECIMAL, number.add(BigDecimal.valueOf(step)));
  }

  private boolean isEmpty() {
    if (from == null || to == null) {
      return false;
    }
    var order = compare(from.value, to.value);
    return order > 0 || (order == 0 && !(from.inclusive && to.inclusive));
  }

  /** Whether a key lies between the ends. */
  boolean contains(AttributeValue key) {
    return (from == null || isBefore(from, key)) && (to == null || isBehind(to, key));
  }

  private static boolean isBefore(End end, AttributeValue key) {
    var order = compare(end.value, key);
    return order < 0 || (order == 0 && end.inclusive);
  }

  private static boolean isBehind(End end, AttributeValue key) {
    var order = compare(end.value, key);
    return order > 0 || (order == 0 && end.inclusive);
  }

  private static int compare(AttributeValue one, AttributeValue other) {
    return one.n() != null
        ? new BigDecimal(one.n()).compareTo(new BigDecimal(other.n()))
        : Arrays.compareUnsigned(bytes(one), bytes(other));
  }

  private static byte[] bytes(AttributeValue value) {
    return value.b() == null
        ? value.s().getBytes(StandardCharsets.UTF_8)
        : value.b().asByteArrayUnsafe();
  }
}
