package dev.acequia.stores.reference;

import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether rows fulfil conditions: true, false or, where a null is compared, null. */
final class Conditions {
  private Conditions() {}

  /** A row's values by the names of its fields. */
  @FunctionalInterface
  interface Source {
    @Nullable Object get(String field);
  }

  static @Nullable Boolean holds(Condition condition, Source row) {
    return switch (condition) {
      case Comparison comparison -> compare(comparison, row.get(comparison.field().name()));
      case In in -> isOneOf(in, row.get(in.field().name()));
      case Is is -> is(is, row.get(is.field().name()));
      case Like like ->
          row.get(like.field().name()) instanceof String text
              ? (Boolean) new Pattern(like).matches(text)
              : null;
      case Not not -> {
        var holds = holds(not.condition(), row);
        yield holds == null ? null : (Boolean) !holds;
      }
      case All all -> joined(all.conditions(), row, false);
      case Any any -> joined(any.conditions(), row, true);
    };
  }

  /** One that decides does so whatever the others are; else one that is unknown. */
  private static @Nullable Boolean joined(
      List<Condition> conditions, Source row, boolean decisive) {
    var each = new ArrayList<@Nullable Boolean>();
    conditions.forEach(condition -> each.add(holds(condition, row)));
    return each.contains(decisive)
        ? (Boolean) decisive
        : each.contains(null) ? null : (Boolean) !decisive;
  }

  private static @Nullable Boolean compare(Comparison comparison, @Nullable Object value) {
    if (value == null) {
      return comparison.operator() == Comparison.Operator.DISTINCT ? true : null;
    }
    var order = Values.compare(value, comparison.value().value());
    return switch (comparison.operator()) {
      case EQ -> order == 0;
      case NEQ, DISTINCT -> order != 0;
      case GT -> order > 0;
      case GTE -> order >= 0;
      case LT -> order < 0;
      case LTE -> order <= 0;
    };
  }

  private static @Nullable Boolean isOneOf(In in, @Nullable Object value) {
    if (in.values().isEmpty()) {
      return false;
    }
    return value == null
        ? null
        : (Boolean) in.values().stream().anyMatch(one -> Values.compare(value, one.value()) == 0);
  }

  private static boolean is(Is is, @Nullable Object value) {
    return switch (is.truth()) {
      case NULL, UNKNOWN -> value == null;
      case NOT_NULL -> value != null;
      case TRUE -> Boolean.TRUE.equals(value);
      case FALSE -> Boolean.FALSE.equals(value);
    };
  }

  /** A pattern of SQL's LIKE, by code points. */
  private static final class Pattern {
    private final int[] pattern;
    private final boolean ignoreCase;

    Pattern(Like like) {
      pattern = like.pattern().codePoints().toArray();
      ignoreCase = like.ignoreCase();
    }

    boolean matches(String text) {
      return matches(text.codePoints().toArray(), 0, 0);
    }

    private boolean matches(int[] text, int from, int at) {
      if (at == pattern.length) {
        return from == text.length;
      }
      if (pattern[at] == '%') {
        for (var next = from; next <= text.length; next++) {
          if (matches(text, next, at + 1)) {
            return true;
          }
        }
        return false;
      }
      var literal = pattern[at] == '\\' ? at + 1 : at;
      return from < text.length
          && ((literal == at && pattern[at] == '_') || isSame(text[from], pattern[literal]))
          && matches(text, from + 1, literal + 1);
    }

    private boolean isSame(int a, int b) {
      return a == b || (ignoreCase && Character.toLowerCase(a) == Character.toLowerCase(b));
    }
  }
}
