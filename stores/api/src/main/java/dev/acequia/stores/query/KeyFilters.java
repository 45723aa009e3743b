package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.KeyedQuery.Bound;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The conditions of a query by field, where each is a value or a range of values. */
final class KeyFilters {
  private final Map<String, Literal> values = new LinkedHashMap<>();
  private final Map<String, Bound> from = new LinkedHashMap<>();
  private final Map<String, Bound> to = new LinkedHashMap<>();

  /**
   * Takes the conditions apart.
   *
   * @throws InvalidQueryException when one is neither a value nor an end of a range, or comes twice
   */
  KeyFilters(Condition where) {
    add(where);
  }

  private void add(Condition condition) {
    switch (condition) {
      case All all -> all.conditions().forEach(this::add);
      case Comparison comparison -> add(comparison);
      case Condition.In in when in.values().size() == 1 ->
          put(values, in.field(), in.values().getFirst());
      case Condition.In in -> throw unsupported(in.field());
      case Condition.Is is -> throw unsupported(is.field());
      case Condition.Like like -> throw unsupported(like.field());
      case Condition.Not not -> throw new InvalidQueryException(unsupported("not"));
      case Condition.Any any -> throw new InvalidQueryException(unsupported("or"));
    }
  }

  private void add(Comparison comparison) {
    var field = comparison.field();
    var value = comparison.value();
    switch (comparison.operator()) {
      case EQ -> put(values, field, value);
      case GT -> put(from, field, new Bound(value, false));
      case GTE -> put(from, field, new Bound(value, true));
      case LT -> put(to, field, new Bound(value, false));
      case LTE -> put(to, field, new Bound(value, true));
      case NEQ, DISTINCT -> throw unsupported(field);
    }
  }

  private static <T> void put(Map<String, T> into, Field field, T value) {
    if (into.putIfAbsent(field.name(), value) != null) {
      throw new InvalidQueryException(
          "this pipeline's store finds records by keys and takes one value or one bound of a field: remove one of the filters on '%s'"
              .formatted(field.name()));
    }
  }

  private static InvalidQueryException unsupported(Field field) {
    return new InvalidQueryException(
        unsupported("the filter on '" + field.name() + "'")
            + "; here a filter is eq, or gt, gte, lt and lte on the field that an index orders by");
  }

  private static String unsupported(String what) {
    return "this pipeline's store finds records by keys and does not take " + what;
  }

  @Nullable Literal value(String field) {
    return values.get(field);
  }

  @Nullable Bound from(String field) {
    return from.get(field);
  }

  @Nullable Bound to(String field) {
    return to.get(field);
  }

  boolean hasRange(String field) {
    return from.containsKey(field) || to.containsKey(field);
  }

  /** The fields that have one value. */
  Set<String> fixed() {
    return values.keySet();
  }

  /** The fields that have a range. */
  Set<String> ranged() {
    var fields = new LinkedHashSet<>(from.keySet());
    fields.addAll(to.keySet());
    return fields;
  }

  /** The fields that have either. */
  Set<String> fields() {
    var fields = new LinkedHashSet<>(fixed());
    fields.addAll(ranged());
    return fields;
  }

  boolean isEmpty() {
    return values.isEmpty() && from.isEmpty() && to.isEmpty();
  }
}
