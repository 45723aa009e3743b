package dev.acequia.stores.query;

import dev.acequia.contract.Field;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreQueries;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.OrderTerm.Direction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The queries that a store answers which finds records by keys: those of one value of the key's
 * first field or of an index, in the order that the key or the index has. All others are refused,
 * with the index that would help.
 */
public final class KeyedQueries {
  /**
   * A way to find records.
   *
   * @param index null for the record's own key
   * @param sorted the fields by which records of one value are ordered
   */
  private record Way(@Nullable KeyIndex index, Field hash, List<Field> sorted) {
    /** The sorted fields that have one value each, from the first on. */
    List<Field> prefix(KeyFilters filters) {
      return sorted.stream().takeWhile(field -> filters.value(field.name()) != null).toList();
    }

    /** The sorted fields that the answer is ordered by. */
    List<Field> ordering(KeyFilters filters) {
      return sorted.subList(prefix(filters).size(), sorted.size());
    }

    /** Whether it takes all filters. */
    boolean takes(KeyFilters filters) {
      if (filters.value(hash.name()) == null) {
        return false;
      }
      var ordering = ordering(filters);
      var taken =
          Stream.concat(Stream.of(hash), prefix(filters).stream())
              .map(Field::name)
              .collect(Collectors.toSet());
      return taken.containsAll(filters.fixed())
          && filters.ranged().stream()
              .allMatch(field -> !ordering.isEmpty() && ordering.getFirst().name().equals(field));
    }

    /** The filtered fields that it does not take, where it takes its first field. */
    List<String> leaves(KeyFilters filters) {
      var prefix = prefix(filters);
      var ordering = ordering(filters);
      var isTaken = new HashSet<>(prefix.stream().map(Field::name).toList());
      isTaken.add(hash.name());
      return filters.fields().stream()
          .filter(
              name ->
                  filters.hasRange(name)
                      ? ordering.isEmpty() || !ordering.getFirst().name().equals(name)
                      : !isTaken.contains(name))
          .toList();
    }

    String text() {
      var fields = Stream.concat(Stream.of(hash), sorted.stream()).map(Field::name);
      return index == null
          ? "the key (" + fields.collect(Collectors.joining(", ")) + ")"
          : "the index " + index.name() + " (" + fields.collect(Collectors.joining(", ")) + ")";
    }
  }

  private final RecordColumns columns;
  private final String kind;
  private final List<Way> ways;

  private KeyedQueries(RecordColumns columns, String kind, StoreQueries.ByKey queries) {
    this.columns = columns;
    this.kind = kind;
    var found = new ArrayList<Way>();
    if (columns.keyIsUnique()) {
      var key = columns.schema().key().stream().map(this::field).toList();
      found.add(new Way(null, key.getFirst(), key.subList(1, key.size())));
    }
    for (var index : queries.indexes()) {
      var range = index.range();
      found.add(
          new Way(index, field(index.hash()), range == null ? List.of() : List.of(field(range))));
    }
    ways = List.copyOf(found);
  }

  /** Those of the definition's store; empty where it answers every query. */
  public static Optional<KeyedQueries> of(PipelineDefinition definition) {
    return switch (definition.store().traits().queries()) {
      case StoreQueries.Any any -> Optional.empty();
      case StoreQueries.ByKey keyed ->
          Optional.of(
              new KeyedQueries(RecordColumns.of(definition), definition.store().kind(), keyed));
    };
  }

  private Field field(String name) {
    return columns.require(name).field();
  }

  /**
   * The order of an answer, total: the given one, or else the one that key or index has.
   *
   * @throws InvalidQueryException when the records do not come in the given order
   */
  public List<OrderTerm> total(List<OrderTerm> order, Condition where) {
    var filters = new KeyFilters(where);
    var taking = ways.stream().filter(way -> way.takes(filters)).toList();
    if (taking.isEmpty()) {
      throw refusal(filters);
    }
    for (var way : taking) {
      var wanted = unfixed(order, filters);
      var ordering = way.ordering(filters);
      if (isInOrder(wanted, ordering)) {
        var direction = wanted.isEmpty() ? Direction.ASC : wanted.getFirst().direction();
        return columns.total(
            ordering.stream()
                .map(
                    field ->
                        new OrderTerm(
                            columns.require(field.name()), direction, OrderTerm.Nulls.LAST))
                .toList());
      }
    }
    throw disorder(taking.getFirst(), unfixed(order, filters), filters);
  }

  /**
   * How the query is answered.
   *
   * @throws InvalidQueryException when it is not
   */
  public KeyedQuery plan(Query query) {
    refuseUnlessPlain(query);
    var filters = new KeyFilters(query.where());
    var taking = ways.stream().filter(way -> way.takes(filters)).toList();
    if (taking.isEmpty()) {
      throw refusal(filters);
    }
    // The way that orders by most fields: behind the order that a way has, any key field may come.
    return taking.stream()
        .sorted(Comparator.comparingInt((Way way) -> way.ordering(filters).size()).reversed())
        .flatMap(way -> plan(way, filters, query.order()).stream())
        .findFirst()
        .orElseThrow(() -> disorder(taking.getFirst(), unfixed(query.order(), filters), filters));
  }

  private void refuseUnlessPlain(Query query) {
    if (query.grouped()) {
      throw new InvalidQueryException(
          "this pipeline's store (%s) does not aggregate: read the records and add them up"
              .formatted(kind));
    }
    if (query.offset() > 0) {
      throw new InvalidQueryException(
          "this pipeline's store (%s) cannot pass over records: follow the Link header's rel=\"next\" instead of offset"
              .formatted(kind));
    }
    for (var expression : query.columns()) {
      if (expression instanceof Expression.Cast) {
        throw new InvalidQueryException(
            "this pipeline's store (%s) does not cast: select the fields as they are"
                .formatted(kind));
      }
    }
  }

  private Optional<KeyedQuery> plan(Way way, KeyFilters filters, List<OrderTerm> order) {
    var ordering = way.ordering(filters);
    var terms = unfixed(order, filters);
    var isInOrder =
        terms.size() >= ordering.size()
            && isInOrder(terms.subList(0, ordering.size()), ordering)
            && terms.stream().skip(ordering.size()).allMatch(term -> identifies(term.expression()));
    if (!isInOrder) {
      return Optional.empty();
    }
    var ranged = ordering.isEmpty() ? null : ordering.getFirst().name();
    return Optional.of(
        new KeyedQuery(
            way.index(),
            value(filters, way.hash()),
            way.prefix(filters).stream().map(field -> value(filters, field)).toList(),
            way.sorted(),
            ranged == null ? null : filters.from(ranged),
            ranged == null ? null : filters.to(ranged),
            !ordering.isEmpty() && terms.getFirst().direction() == Direction.DESC));
  }

  private static Literal value(KeyFilters filters, Field field) {
    var value = filters.value(field.name());
    if (value == null) {
      throw new IllegalStateException("no value of " + field.name());
    }
    return value;
  }

  private boolean identifies(Expression expression) {
    return expression instanceof Provenance
        || (expression instanceof Value value
            && columns.schema().key().contains(value.field().name()));
  }

  /** The terms by which the answer's records differ. */
  private static List<OrderTerm> unfixed(List<OrderTerm> order, KeyFilters filters) {
    return order.stream()
        .filter(
            term ->
                !(term.expression() instanceof Value value)
                    || filters.value(value.field().name()) == null)
        .toList();
  }

  /** Whether the terms are the first of the fields, all in one direction. */
  private static boolean isInOrder(List<OrderTerm> terms, List<Field> ordering) {
    if (terms.size() > ordering.size()) {
      return false;
    }
    for (var i = 0; i < terms.size(); i++) {
      var term = terms.get(i);
      if (!(term.expression() instanceof Value value)
          || !value.field().name().equals(ordering.get(i).name())
          || term.direction() != terms.getFirst().direction()) {
        return false;
      }
    }
    return true;
  }

  private InvalidQueryException disorder(Way way, List<OrderTerm> order, KeyFilters filters) {
    var ordering = way.ordering(filters);
    var what =
        ordering.isEmpty()
            ? "%s has no order that could be asked for: leave order out".formatted(way.text())
            : "%s gives records in the order of %s: order by that, all ascending or all descending"
                .formatted(
                    way.text(),
                    ordering.stream().map(Field::name).collect(Collectors.joining(", ")));
    return new InvalidQueryException(
        ordered(order, filters)
            .map(index -> what + ". For another order declare " + declaration(index))
            .orElse(what));
  }

  /** The index that gives the records of the filters in an order of one field. */
  private Optional<KeyIndex> ordered(List<OrderTerm> order, KeyFilters filters) {
    if (order.size() != 1
        || !(order.getFirst().expression() instanceof Value value)
        || filters.fixed().size() != 1) {
      return Optional.empty();
    }
    var field = value.field().name();
    return filters.ranged().stream().allMatch(field::equals)
        ? index(filters.fixed().iterator().next(), field)
        : Optional.empty();
  }

  private InvalidQueryException refusal(KeyFilters filters) {
    var known = ways.stream().map(Way::text).collect(Collectors.joining(", or by "));
    if (filters.isEmpty()) {
      return new InvalidQueryException(
          "this pipeline's store (%s) reads no table whole. Filter by %s"
              .formatted(kind, ways.isEmpty() ? "an index, and declare one" : known));
    }
    var wanted = indexOf(filters);
    if (wanted.isPresent() && served(wanted.get()).containsAll(filters.fields())) {
      return new InvalidQueryException(
          "no key and no index of this pipeline serves these filters. Declare "
              + declaration(wanted.get()));
    }
    var nearest =
        ways.stream()
            .filter(way -> filters.value(way.hash().name()) != null)
            .min(Comparator.comparingInt(way -> way.leaves(filters).size()));
    if (nearest.isPresent()) {
      return new InvalidQueryException(
          "%s serves these filters without %s: leave that out, and look through the records that come"
              .formatted(nearest.get().text(), quoted(nearest.get().leaves(filters))));
    }
    if (wanted.isPresent()) {
      var left = new ArrayList<>(filters.fields());
      left.removeAll(served(wanted.get()));
      return new InvalidQueryException(
          "no index serves all of these filters: leave out %s, and declare %s"
              .formatted(quoted(left), declaration(wanted.get())));
    }
    return new InvalidQueryException(
        "this pipeline's store (%s) finds records by one value of a field that is required and neither boolean nor json, which this query does not give: filter by eq. It has %s"
            .formatted(kind, known.isEmpty() ? "no index" : known));
  }

  private static String quoted(List<String> fields) {
    return fields.stream()
        .map(field -> "the filter on '" + field + "'")
        .collect(Collectors.joining(" and "));
  }

  /** An index that serves as many of the filters as one can. */
  private Optional<KeyIndex> indexOf(KeyFilters filters) {
    return filters.fixed().stream()
        .filter(this::canBeIndexed)
        .findFirst()
        .flatMap(
            hash ->
                Stream.concat(filters.ranged().stream(), filters.fixed().stream())
                    .flatMap(range -> index(hash, range).stream())
                    .findFirst()
                    .or(() -> index(hash, null)));
  }

  private static List<String> served(KeyIndex index) {
    var range = index.range();
    return range == null ? List.of(index.hash()) : List.of(index.hash(), range);
  }

  /** An index, under a name that no other has; empty where there can be none or is one. */
  private Optional<KeyIndex> index(String hash, @Nullable String range) {
    var isPossible =
        canBeIndexed(hash) && (range == null || (canBeIndexed(range) && !range.equals(hash)));
    var isDeclared =
        ways.stream()
            .map(Way::index)
            .anyMatch(
                index ->
                    index != null
                        && index.hash().equals(hash)
                        && Objects.equals(index.range(), range));
    if (!isPossible || isDeclared) {
      return Optional.empty();
    }
    var name = "by-" + (range == null ? hash : hash + "-" + range).replace('_', '-');
    var isTaken =
        ways.stream().anyMatch(way -> way.index() != null && way.index().name().equals(name));
    return Optional.of(new KeyIndex(isTaken ? name + "-2" : name, hash, range));
  }

  private String declaration(KeyIndex index) {
    return "an index in spec.store.%s.indexes: {name: %s, hash: %s%s}"
        .formatted(
            kind,
            index.name(),
            index.hash(),
            index.range() == null ? "" : ", range: " + index.range());
  }

  private boolean canBeIndexed(String name) {
    var column = columns.require(name);
    return !column.nullable()
        && switch (column.type()) {
          case BOOLEAN, JSON -> false;
          case STRING, INT32, INT64, DOUBLE, DECIMAL, DATE, TIMESTAMP, UUID -> true;
        };
  }

  /** A query that is answered, as an example; empty where no index is declared and none helps. */
  public Optional<String> example() {
    return ways.stream().findFirst().map(way -> way.hash().name() + "=eq.value");
  }
}
