package dev.acequia.stores.sql;

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

/** Conditions as SQL; a dialect says how it writes columns, values and patterns. */
public abstract class ConditionText {
  protected abstract String column(Field field);

  protected abstract String value(Field field, Literal value);

  protected abstract String like(Like like);

  /** A boolean expression; one of several parts has parentheses. */
  public final String of(Condition condition) {
    return switch (condition) {
      case Comparison comparison ->
          column(comparison.field())
              + operator(comparison.operator())
              + value(comparison.field(), comparison.value());
      case In in -> in(in);
      case Is is -> column(is.field()) + truth(is.truth());
      case Like like -> like(like);
      case Not not -> "NOT (" + of(not.condition()) + ")";
      case All all -> joined(all.conditions(), ") AND (", "TRUE");
      case Any any -> joined(any.conditions(), ") OR (", "FALSE");
    };
  }

  private String in(In in) {
    if (in.values().isEmpty()) {
      return "FALSE";
    }
    return in.values().stream()
        .map(value -> value(in.field(), value))
        .collect(Collectors.joining(", ", column(in.field()) + " IN (", ")"));
  }

  private String joined(List<Condition> parts, String word, String none) {
    return parts.isEmpty()
        ? none
        : parts.stream().map(this::of).collect(Collectors.joining(word, "(", ")"));
  }

  /** With a space on each side. */
  public static String operator(Operator operator) {
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
