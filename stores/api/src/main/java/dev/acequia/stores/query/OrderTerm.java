package dev.acequia.stores.query;

import dev.acequia.contract.FieldType;

/** One term of an order. Where nulls go is always said, so that a page can end at one. */
public record OrderTerm(Expression expression, Direction direction, Nulls nulls) {

  /** Which value comes first. */
  public enum Direction {
    ASC,
    DESC
  }

  /** Where nulls go, whatever the direction. */
  public enum Nulls {
    FIRST,
    LAST
  }

  public OrderTerm {
    if (expression.type() == FieldType.JSON) {
      throw new InvalidQueryException("a json field has no order");
    }
  }

  /** Ascending; nulls, if it has any, come last. */
  public static OrderTerm ascending(Expression expression) {
    return new OrderTerm(expression, Direction.ASC, Nulls.LAST);
  }
}
