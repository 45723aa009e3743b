package dev.acequia.stores.reference;

import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.reference.Content.StoredRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query's answer over rows: each step as it is said in SQL, over all of them. */
final class Answer {
  private final Query query;
  private final List<Expression> columns;

  Answer(Query query) {
    this.query = query;
    columns = query.columns();
  }

  /** The rows of the page, of {@link Query#columns()}. */
  List<ReferenceRow> page(Collection<StoredRow> rows) {
    var sorted = new ArrayList<>(all(rows));
    sorted.sort(this::compare);
    if (!query.after().isEmpty()) {
      sorted.removeIf(row -> !isAfter(row));
    }
    var from = Math.min(query.offset(), sorted.size());
    var to = Math.min((long) from + query.limit(), sorted.size());
    return sorted.subList(from, (int) to);
  }

  /** The rows of all pages, in no order. */
  List<ReferenceRow> all(Collection<StoredRow> rows) {
    var found = rows.stream().filter(this::holds).toList();
    if (query.grouped()) {
      return groups(found);
    }
    return found.stream().map(this::record).toList();
  }

  private boolean holds(StoredRow row) {
    return Boolean.TRUE.equals(Conditions.holds(query.where(), row.values()::get));
  }

  private ReferenceRow record(StoredRow row) {
    var values = new ArrayList<@Nullable Object>();
    columns.forEach(column -> values.add(value(column, row)));
    return new ReferenceRow(values);
  }

  private static @Nullable Object value(Expression expression, StoredRow row) {
    return switch (expression) {
      case Value value -> {
        // The column may have become wider than the reader's schema knows.
        var stored = row.values().get(value.field().name());
        yield stored == null ? null : Values.cast(stored, value.type());
      }
      case Provenance provenance ->
          switch (provenance) {
            case GENERATION -> (Object) row.origin().generation();
            case PARTITION -> row.origin().partition();
            case OFFSET -> row.origin().offset();
          };
      case Cast cast -> cast(cast, value(cast.of(), row));
      case Aggregate aggregate -> throw new IllegalArgumentException("of one row: " + aggregate);
    };
  }

  private static @Nullable Object cast(Cast cast, @Nullable Object value) {
    return value == null ? null : Values.cast(value, cast.type());
  }

  /** Of no rows and no columns to group by, there is one group. */
  private List<ReferenceRow> groups(List<StoredRow> found) {
    var by = columns.stream().filter(column -> !column.isAggregate()).toList();
    var groups = new LinkedHashMap<List<Object>, List<StoredRow>>();
    if (by.isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    for (var row : found) {
      var values = new ArrayList<@Nullable Object>();
      by.forEach(column -> values.add(value(column, row)));
      groups.computeIfAbsent(Values.key(values), key -> new ArrayList<>()).add(row);
    }
    return groups.values().stream().map(this::group).toList();
  }

  private ReferenceRow group(List<StoredRow> rows) {
    var values = new ArrayList<@Nullable Object>();
    columns.forEach(
        column ->
            values.add(
                column.isAggregate() ? aggregate(column, rows) : value(column, rows.getFirst())));
    return new ReferenceRow(values);
  }

  private static @Nullable Object aggregate(Expression column, List<StoredRow> rows) {
    return switch (column) {
      case Cast cast -> cast(cast, aggregate(cast.of(), rows));
      case Aggregate aggregate -> {
        var of = aggregate.of();
        if (of == null) {
          yield (long) rows.size();
        }
        var values = new ArrayList<Object>();
        for (var row : rows) {
          var value = value(of, row);
          if (value != null) {
            values.add(value);
          }
        }
        yield Aggregates.of(aggregate, of.type(), values);
      }
      case Value value -> throw new IllegalArgumentException(value.toString());
      case Provenance provenance -> throw new IllegalArgumentException(provenance.toString());
    };
  }

  private int compare(ReferenceRow one, ReferenceRow other) {
    for (var term : query.order()) {
      var column = columns.indexOf(term.expression());
      var order = compare(term, one.values().get(column), other.values().get(column));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** Whether a row comes behind the last one of the page before. */
  private boolean isAfter(ReferenceRow row) {
    for (var i = 0; i < query.order().size(); i++) {
      var term = query.order().get(i);
      var last = query.after().get(i);
      var order = compare(term, row.values().get(columns.indexOf(term.expression())), value(last));
      if (order != 0) {
        return order > 0;
      }
    }
    return false;
  }

  private static @Nullable Object value(@Nullable Literal literal) {
    return literal == null ? null : literal.value();
  }

  private static int compare(OrderTerm term, @Nullable Object one, @Nullable Object other) {
    if (one == null && other == null) {
      return 0;
    }
    if (one == null || other == null) {
      return (one == null) == (term.nulls() == Nulls.FIRST) ? -1 : 1;
    }
    var order = Values.compare(one, other);
    return term.direction() == Direction.ASC ? order : -order;
  }
}
