package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.KeyTuple;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.dynamodb.item.Values;
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

  /** Of the whole partition. */
  private static final RangeEnds ALL = new RangeEnds(null, null);

  static RangeEnds of(KeyedQuery query) {
    return query.index() == null ? ofKey(query) : ofIndex(query);
  }

  /** No key equals either end, so both can be taken as inclusive. */
  private static RangeEnds ofKey(KeyedQuery query) {
    if (query.prefix().isEmpty() && query.from() == null && query.to() == null) {
      return ALL;
    }
    var from = query.from();
    var to = query.to();
    return new RangeEnds(
        new End(
            key(
                from == null || from.inclusive()
                    ? KeyTuple.before(with(query.prefix(), from))
                    : KeyTuple.behind(with(query.prefix(), from))),
            true),
        new End(
            key(
                to == null || to.inclusive()
                    ? KeyTuple.behind(with(query.prefix(), to))
                    : KeyTuple.before(with(query.prefix(), to))),
            true));
  }

  private static List<Literal> with(List<Literal> prefix, @Nullable Bound bound) {
    var values = new ArrayList<>(prefix);
    if (bound != null) {
      values.add(bound.value());
    }
    return values;
  }

  private static AttributeValue key(byte[] bytes) {
    if (bytes.length > ServiceLimits.RANGE_BYTES) {
      throw new InvalidQueryException("a filter's value is longer than any key can be");
    }
    return ItemKeys.bytes(bytes);
  }

  private static RangeEnds ofIndex(KeyedQuery query) {
    if (!query.prefix().isEmpty()) {
      var value = attribute(query.prefix().getFirst());
      return new RangeEnds(new End(value, true), new End(value, true));
    }
    var isBetween = query.from() != null && query.to() != null;
    return new RangeEnds(end(query.from(), isBetween, 1), end(query.to(), isBetween, -1));
  }

  /** The service takes two ends only where both are inclusive. */
  private static @Nullable End end(@Nullable Bound bound, boolean isBetween, int step) {
    if (bound == null) {
      return null;
    }
    return isBetween && !bound.inclusive()
        ? new End(attribute(neighbour(bound.value(), step)), true)
        : new End(attribute(bound.value()), bound.inclusive());
  }

  private static AttributeValue attribute(Literal value) {
    var attribute =
        Values.of(value)
            .orElseThrow(
                () ->
                    new InvalidQueryException(
                        "a filter's number has more than %d digits"
                            .formatted(ServiceLimits.DIGITS)));
    if (attribute.s() != null
        && attribute.s().getBytes(StandardCharsets.UTF_8).length > ServiceLimits.RANGE_BYTES) {
      throw new InvalidQueryException("a filter's value is longer than any key can be");
    }
    return attribute;
  }

  /** The next value, of types that have one. */
  private static Literal neighbour(Literal literal, int step) {
    return switch (literal.value()) {
      case Integer number -> decimal(BigDecimal.valueOf(number), step);
      case Long number -> decimal(BigDecimal.valueOf(number), step);
      case LocalDate date -> new Literal(literal.type(), date.plusDays(step));
      case OffsetDateTime time -> new Literal(literal.type(), time.plus(step, ChronoUnit.MICROS));
      default ->
          throw new InvalidQueryException(
              "a range with two ends of this field includes both: use gte and lte");
    };
  }

  /** Beyond the greatest integer, too. */
  private static Literal decimal(BigDecimal number, int step) {
    return new Literal(FieldType.DECIMAL, number.add(BigDecimal.valueOf(step)));
  }

  /** Whether nothing can be between the ends. */
  boolean isEmpty() {
    if (from == null || to == null) {
      return false;
    }
    var order = compare(from.value, to.value);
    return order > 0 || (order == 0 && !(from.inclusive && to.inclusive));
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
