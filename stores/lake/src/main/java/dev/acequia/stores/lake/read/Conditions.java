package dev.acequia.stores.lake.read;

import dev.acequia.contract.Field;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.sql.ConditionText;

/** Conditions in DuckDB's SQL, once {@link Fitting} has fitted them. */
final class Conditions extends ConditionText {
  private final Expressions expressions;

  Conditions(Expressions expressions) {
    this.expressions = expressions;
  }

  @Override
  protected String column(Field field) {
    return expressions.field(field.name(), field.type()).text();
  }

  @Override
  protected String value(Field field, Literal value) {
    return SqlText.value(value, expressions.field(field.name(), field.type()).scale());
  }

  @Override
  protected String like(Like like) {
    return column(like.field())
        + (like.ignoreCase() ? " ILIKE " : " LIKE ")
        + SqlText.string(like.pattern())
        + " ESCAPE '\\'";
  }
}
