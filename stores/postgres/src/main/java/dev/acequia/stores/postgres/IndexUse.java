package dev.acequia.stores.postgres;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which queries the primary key and the declared indexes surely serve, told by their shape. */
final class IndexUse {
  private static final int MOST_ADVISED = 3;

  private final Set<String> leading = new LinkedHashSet<>();
  private final boolean keyIsAsked;

  IndexUse(List<StoreDefinition.Index> indexes, RecordColumns columns) {
    leading.add(name(columns.total(List.of()).getFirst().expression()));
    indexes.forEach(index -> leading.add(index.fields().getFirst()));
    keyIsAsked = columns.keyIsUnique();
  }

  /** Whether an index leads to the rows: its first field equals something. */
  boolean serveFilter(Query query) {
    return serves(query.where());
  }

  private boolean serves(Condition condition) {
    return switch (condition) {
      case Comparison comparison ->
          comparison.operator() == Operator.EQ && leading.contains(comparison.field().name());
      case In in -> leading.contains(in.field().name());
      case All all -> all.conditions().stream().anyMatch(this::serves);
      case Any any -> any.conditions().stream().allMatch(this::serves);
      case Is is -> false;
      case Like like -> false;
      case Not not -> false;
    };
  }

  /** Whether an index holds all rows in the order in which a page of them is asked for. */
  boolean serveOrder(Query query) {
    if (query.grouped() || !query.where().equals(Condition.always()) || query.order().isEmpty()) {
      return false;
    }
    var first = query.order().getFirst();
    return leading.contains(name(first.expression())) && hasIndexOrder(first);
  }

  private static boolean hasIndexOrder(OrderTerm term) {
    return !term.expression().nullable()
        || (term.direction() == Direction.ASC) == (term.nulls() == Nulls.LAST);
  }

  private static String name(Expression expression) {
    return switch (expression) {
      case Value value -> value.field().name();
      case Provenance provenance -> provenance.column();
      case Expression.Aggregate aggregate -> "";
      case Expression.Cast cast -> "";
    };
  }

  /** What to do about a query that is not served. */
  String advice(Query query) {
    var asked =
        leading.stream()
            .filter(name -> keyIsAsked || !Provenance.GENERATION.column().equals(name))
            .collect(Collectors.joining(", "));
    var wanted = new LinkedHashSet<String>();
    collect(query.where(), true, wanted);
    collect(query.where(), false, wanted);
    if (!query.grouped() && !query.order().isEmpty()) {
      wanted.add(name(query.order().getFirst().expression()));
    }
    wanted.removeIf(name -> name.isEmpty() || name.startsWith("_"));
    var advice = new ArrayList<String>();
    if (!asked.isEmpty()) {
      advice.add("compare one of these fields by eq or in: " + asked);
    }
    if (!wanted.isEmpty()) {
      advice.add(
          "have an index declared in the pipeline, as in spec.store.postgres.indexes: [{fields: [%s]}]"
              .formatted(wanted.stream().limit(MOST_ADVISED).collect(Collectors.joining(", "))));
    }
    advice.add("raise spec.store.postgres.maxScanRows");
    return String.join("; or ", advice);
  }

  /** The fields that an index would begin with, or else those that it would go on with. */
  private static void collect(Condition condition, boolean equal, Set<String> into) {
    switch (condition) {
      case Comparison comparison -> {
        if ((comparison.operator() == Operator.EQ) == equal) {
          into.add(comparison.field().name());
        }
      }
      case In in -> into.add(in.field().name());
      case All all -> all.conditions().forEach(part -> collect(part, equal, into));
      case Any any -> any.conditions().forEach(part -> collect(part, equal, into));
      case Is is -> {
        if (!equal) {
          into.add(is.field().name());
        }
      }
      case Like like -> {}
      case Not not -> {}
    }
  }
}
