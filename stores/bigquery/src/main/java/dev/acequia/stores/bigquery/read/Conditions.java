package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.sql.ConditionText;

/** Conditions in GoogleSQL, once {@link Fitting} has fitted them. */
final class Conditions extends ConditionText {
  private final Parameters parameters;

  Conditions(Parameters parameters) {
    this.parameters = parameters;
  }

  @Override
  protected String column(Field field) {
    return Expressions.column(field.name());
  }

  @Override
  protected String value(Field field, Literal value) {
    return parameters.add(value, NumericKind.of(field));
  }

  @Override
  protected String like(Like like) {
    var column = column(like.field());
    var pattern = parameters.add(LikePattern.normal(like.pattern()));
    return like.ignoreCase()
        ? "LOWER(" + column + ") LIKE LOWER(" + pattern + ")"
        : column + " LIKE " + pattern;
  }
}
