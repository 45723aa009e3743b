package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Literal;
import java.util.List;
import java.util.stream.Collectors;

/** Conditions as SQL, once {@link Fitting} has fitted them. */
final class Conditions {
  private final Parameters parameters;

  Conditions(Parameters parameters) {
    this.parameters = parameters;
  }

  String of(Condition condition) {
    return switch (condition) {
      case Comparison comparison ->
          Expressions.column(comparison.field().name())
              + operator(comparison.operator())
              + value(comparison.field(), comparison.value());
      case In in -> in(in);
      case Is is -> Expressions.column(is.field().name()) + truth(is.truth());
      case Like like -> like(like);
      case Not not -> "NOT (" + of(not.condition()) + ")";
      case All all -> joined(all.conditions(), ") AND (", "TRUE");
      case Any any -> joined(any.conditions(), ") OR (", "FALSE");
    };
  }

  private String value(Field field, Literal value) {
    return parameters.add(value, NumericKind.of(field));
  }

  private String in(In in) {
    if (in.values().isEmpty()) {
      return "FALSE";
    }
    return in.values().stream()
        .map(value -> value(in.field(), value))
        .collect(Collectors.joining(", ", Expressions.column(in.field().name()) + " IN (", ")"));
  }

  private String like(Like like) {
    var column = Expressions.column(like.field().name());
    var pattern = parameters.add(LikePattern.normal(like.pattern()));
    return like.ignoreCase()
        ? "LOWER(" + column + ") LIKE LOWER(" + pattern + ")"
        : column + " LIKE " + pattern;
  }

  private String joined(List<Condition> parts, String word, String none) {
    return parts.isEmpty()
        ? none
        : parts.stream().map(this::of).collect(Collectors.joining(word, "(", ")"));
  }

  static String operator(Operator operator) {
    return switch (operator) {
      case EQ -> " = ";
      case NEQ -> " <> ";
      case GT -> " > ";
      case GTE -> " >= ";
      case LT -> " < ";
      case LTE -> " <= ";
      case DISTINCT -> " IS DISTINCT FROM ";
    };
  }

  private static String truth(Is.Truth truth) {
    return switch (truth) {
      case NULL, UNKNOWN -> " IS NULL";
      case NOT_NULL -> " IS NOT NULL";
      case TRUE -> " IS TRUE";
      case FALSE -> " IS FALSE";
    };
  }
}
