package dev.acequia.stores.testkit;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Is.Truth;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Makes up valid queries over records of {@link FuzzValues}. */
public final class RandomQuery {
  private static final int ALL = 1_000;
  private static final List<String> PATTERNS =
      List.of(
          "%",
          "_", "u%", "%a%", "Ñ%", "ñ%", "100\\%", "a\\_b", "%\\\\%", "", "_a", "%\u0301", "'%");

  private final RecordColumns columns;
  private final Random random;
  private final BiFunction<FieldType, Random, Literal> literals;
  private final Set<String> inexact;

  /**
   * Queries over some columns.
   *
   * @param literals values that filters compare with
   * @param inexact doubles that no other type holds, and whose sums depend on their order
   */
  public RandomQuery(
      RecordColumns columns,
      Random random,
      BiFunction<FieldType, Random, Literal> literals,
      Set<String> inexact) {
    this.columns = columns;
    this.random = random;
    this.literals = literals;
    this.inexact = Set.copyOf(inexact);
  }

  public Query next() {
    var grouped = random.nextInt(3) == 0;
    var select = new ArrayList<SelectItem>();
    for (var i = random.nextInt(4); i >= 0; i--) {
      var expression = grouped && random.nextBoolean() ? aggregate() : plain();
      if (!grouped || expression.type() != FieldType.JSON) {
        select.add(new SelectItem("x" + i, expression));
      }
    }
    if (select.isEmpty()) {
      select.add(new SelectItem("n", new Aggregate(Function.COUNT, null)));
    }
    var order = new ArrayList<OrderTerm>();
    for (var i = random.nextInt(3); i > 0; i--) {
      var by =
          select.stream().anyMatch(item -> item.expression().isAggregate())
              ? select.get(random.nextInt(select.size())).expression()
              : plain();
      if (by.type() != FieldType.JSON
          && order.stream().noneMatch(term -> term.expression().equals(by))) {
        order.add(new OrderTerm(by, oneOf(Direction.values()), oneOf(Nulls.values())));
      }
    }
    var aggregates = select.stream().anyMatch(item -> item.expression().isAggregate());
    var total =
        aggregates
            ? RecordColumns.completed(
                order,
                select.stream()
                    .map(SelectItem::expression)
                    .filter(expression -> !expression.isAggregate())
                    .toList())
            : columns.total(order);
    var offset = random.nextInt(4) == 0 ? random.nextInt(40) : 0;
    return new Query(select, condition(3), total, List.of(), ALL, offset);
  }

  @SafeVarargs
  private <T> T oneOf(T... values) {
    return values[random.nextInt(values.length)];
  }

  private Expression field() {
    return columns.all().get(random.nextInt(columns.all().size())).expression();
  }

  private Expression plain() {
    var field = field();
    if (random.nextInt(3) > 0 || field.type() == FieldType.JSON) {
      return field;
    }
    if (isInexact(field)) {
      return new Cast(field, FieldType.STRING);
    }
    var types =
        switch (field.type()) {
          case INT32, INT64, DOUBLE, DECIMAL ->
              List.of(
                  FieldType.STRING,
                  FieldType.INT32,
                  FieldType.INT64,
                  FieldType.DOUBLE,
                  FieldType.DECIMAL);
          case DATE -> List.of(FieldType.STRING, FieldType.TIMESTAMP);
          case TIMESTAMP -> List.of(FieldType.STRING, FieldType.DATE);
          case STRING, BOOLEAN, UUID, JSON -> List.of(FieldType.STRING);
        };
    return new Cast(field, types.get(random.nextInt(types.size())));
  }

  private boolean isInexact(Expression expression) {
    return expression instanceof Expression.Value value && inexact.contains(value.field().name());
  }

  private Expression aggregate() {
    var of = plain();
    var functions =
        switch (of.type()) {
          // A field's own doubles are added exactly in any order; others are not.
          case DOUBLE ->
              of instanceof Cast || isInexact(of)
                  ? List.of(Function.COUNT, Function.MIN, Function.MAX)
                  : List.of(Function.values());
          case INT32, INT64, DECIMAL -> List.of(Function.values());
          case STRING, DATE, TIMESTAMP -> List.of(Function.COUNT, Function.MIN, Function.MAX);
          case BOOLEAN, UUID, JSON -> List.of(Function.COUNT);
        };
    var function = functions.get(random.nextInt(functions.size()));
    var aggregate =
        new Aggregate(function, function == Function.COUNT && random.nextBoolean() ? null : of);
    // Digits behind the point of other results are a store's own.
    var whole = aggregate.type() == FieldType.INT64 && function != Function.AVG;
    return whole && random.nextInt(4) == 0 ? new Cast(aggregate, FieldType.STRING) : aggregate;
  }

  private Condition condition(int depth) {
    var kind = random.nextInt(depth == 0 ? 5 : 9);
    return switch (kind) {
      case 0, 1 -> comparison();
      case 2 -> in();
      case 3 -> is();
      case 4 -> like();
      case 5 -> new Not(condition(depth - 1));
      case 6 -> new All(some(() -> condition(depth - 1)));
      case 7 -> new Any(some(() -> condition(depth - 1)));
      default -> Condition.always();
    };
  }

  private <T> List<T> some(Supplier<T> one) {
    var some = new ArrayList<T>();
    for (var i = random.nextInt(4); i > 0; i--) {
      some.add(one.get());
    }
    return some;
  }

  private Field comparable() {
    var field = ((Expression.Value) field()).field();
    return field.type() == FieldType.JSON ? comparable() : field;
  }

  private Condition comparison() {
    var field = comparable();
    return new Comparison(field, oneOf(Operator.values()), literal(field.type()));
  }

  /** Some decimals have digits that no column has. */
  private Literal literal(FieldType type) {
    return type == FieldType.DECIMAL && random.nextInt(5) == 0
        ? new Literal(
            type,
            new BigDecimal(
                oneOf(
                    "1e30",
                    "-1e30",
                    "0.0500000000000000000001",
                    "-0.05000000000000000000001",
                    "1e-40")))
        : literals.apply(type, random);
  }

  private Condition in() {
    var field = comparable();
    return new In(field, some(() -> literal(field.type())));
  }

  private Condition is() {
    var field = ((Expression.Value) field()).field();
    return new Is(
        field,
        field.type() == FieldType.BOOLEAN
            ? oneOf(Truth.values())
            : oneOf(Truth.NULL, Truth.NOT_NULL));
  }

  private Condition like() {
    var field = columns.require(random.nextBoolean() ? "s" : "t").field();
    return new Like(field, PATTERNS.get(random.nextInt(PATTERNS.size())), random.nextBoolean());
  }
}
