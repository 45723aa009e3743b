package dev.acequia.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query that is valid, as text and as the question that it means, which is made without the
 * server's parser.
 */
record FuzzQuery(
    List<Item> select,
    List<FuzzCondition> where,
    List<Term> order,
    @Nullable Integer limit,
    int offset) {

  /**
   * A column of the answer.
   *
   * @param field absent for the count of rows
   * @param function empty for the field itself
   * @param cast empty for none
   */
  record Item(String alias, @Nullable Field field, String function, String cast) {
    boolean aggregates() {
      return !function.isEmpty();
    }

    String text() {
      return (alias.isEmpty() ? "" : alias + ":")
          + expression()
          + (cast.isEmpty() ? "" : "::" + cast);
    }

    String expression() {
      var name = field == null ? "" : field.name();
      return !aggregates() ? name : (name.isEmpty() ? "" : name + ".") + function + "()";
    }

    String name() {
      return !alias.isEmpty()
          ? alias
          : aggregates() ? function : Objects.requireNonNull(field).name();
    }

    Expression expression(RecordColumns columns) {
      var value = field == null ? null : columns.require(field.name());
      var whole =
          aggregates()
              ? new Aggregate(Function.valueOf(function.toUpperCase(Locale.ROOT)), value)
              : Objects.requireNonNull(value);
      return cast.isEmpty() ? whole : new Cast(whole, type(cast));
    }

    private static FieldType type(String cast) {
      return cast.equals("text")
          ? FieldType.STRING
          : FieldType.valueOf(cast.toUpperCase(Locale.ROOT));
    }

    boolean same(Item other) {
      return expression().equals(other.expression()) && cast.equals(other.cast);
    }

    /** A value of an answer against what it should be; averages may differ in their last digits. */
    boolean matches(JsonNode found, @Nullable Object expected) {
      return switch (expected) {
        case null -> found.isNull();
        case Boolean truth -> found.isBoolean() && found.asBoolean() == truth;
        case Number number -> {
          var exact = decimal(number);
          yield found.isNumber()
              && found.decimalValue().subtract(exact).abs().compareTo(tolerance(exact)) <= 0;
        }
        case Instant time -> found.isTextual() && Instant.parse(found.asText()).equals(time);
        case String text when found.isObject() -> found.toString().equals(text.replace(" ", ""));
        default -> found.isTextual() && found.asText().equals(expected.toString());
      };
    }

    private static BigDecimal decimal(Number number) {
      return number instanceof Double d ? new BigDecimal(d) : new BigDecimal(number.toString());
    }

    /** The reference store has 16 digits of an average, and other stores have more. */
    private BigDecimal tolerance(BigDecimal number) {
      return number.scale() <= 2 && !function.equals("avg")
          ? BigDecimal.ZERO
          : number
              .abs()
              .max(BigDecimal.ONE)
              .movePointLeft(14)
              .round(new MathContext(1, RoundingMode.UP));
    }
  }

  /**
   * A term of the order.
   *
   * @param by what it orders by
   * @param nulls empty for the usual place
   */
  record Term(Item by, String text, boolean descending, String nulls) {
    OrderTerm term(RecordColumns columns) {
      var nullsFirst = nulls.isEmpty() ? descending : nulls.equals("nullsfirst");
      return new OrderTerm(
          by.expression(columns),
          descending ? Direction.DESC : Direction.ASC,
          nullsFirst ? Nulls.FIRST : Nulls.LAST);
    }
  }

  boolean grouped() {
    return select.stream().anyMatch(Item::aggregates);
  }

  /** The query's text, its values encoded. */
  String text() {
    var parts = new ArrayList<String>();
    parts.add(
        parameter("select=" + select.stream().map(Item::text).collect(Collectors.joining(","))));
    where.forEach(condition -> parts.add(parameter(condition.asParameter())));
    if (!order.isEmpty()) {
      parts.add(
          parameter(
              "order="
                  + order.stream()
                      .map(
                          term ->
                              term.text
                                  + (term.descending ? ".desc" : "")
                                  + (term.nulls.isEmpty() ? "" : "." + term.nulls))
                      .collect(Collectors.joining(","))));
    }
    if (limit != null) {
      parts.add("limit=" + limit);
    }
    if (offset > 0) {
      parts.add("offset=" + offset);
    }
    return String.join("&", parts);
  }

  private static String parameter(String text) {
    var equals = text.indexOf('=');
    return text.substring(0, equals + 1)
        + URLEncoder.encode(text.substring(equals + 1), StandardCharsets.UTF_8);
  }

  /** The question, its limit and offset aside. */
  Query query(RecordColumns columns) {
    var items =
        select.stream().map(item -> new SelectItem(item.name(), item.expression(columns))).toList();
    var terms = order.stream().map(term -> term.term(columns)).toList();
    var groups =
        items.stream()
            .map(SelectItem::expression)
            .filter(expression -> !expression.isAggregate())
            .toList();
    return new Query(
        items,
        new All(where.stream().map(FuzzCondition::condition).toList()),
        grouped() ? RecordColumns.completed(terms, groups) : columns.total(terms),
        List.of(),
        Integer.MAX_VALUE,
        0);
  }

  static FuzzQuery random(Random random) {
    var select = new ArrayList<Item>();
    var grouped = random.nextInt(3) == 0;
    for (var i = random.nextInt(4); i >= 0; i--) {
      var item = grouped && random.nextBoolean() ? aggregate(random) : plain(random, grouped);
      if (select.stream().noneMatch(other -> other.name().equals(item.name()))) {
        select.add(item);
      }
    }
    var where = new ArrayList<FuzzCondition>();
    for (var i = random.nextInt(3); i > 0; i--) {
      where.add(FuzzCondition.random(random, 3));
    }
    var aggregates = select.stream().anyMatch(Item::aggregates);
    return new FuzzQuery(
        select,
        where,
        aggregates ? orderOfGroups(select, random) : orderOfRows(random),
        random.nextBoolean() ? null : Integer.valueOf(random.nextInt(40)),
        random.nextInt(4) == 0 ? random.nextInt(60) : 0);
  }

  private static Item plain(Random random, boolean orderable) {
    var field = field(random, orderable);
    var casts = new ArrayList<>(List.of("", "", ""));
    switch (field.type()) {
      case INT32 -> casts.addAll(List.of("text", "int64", "double", "decimal"));
      case INT64 -> casts.addAll(List.of("text", "decimal"));
      case DOUBLE -> casts.addAll(List.of("text", "int64", "decimal"));
      case DECIMAL, BOOLEAN, UUID, STRING -> casts.add("text");
      case DATE -> casts.addAll(List.of("text", "timestamp"));
      case TIMESTAMP -> casts.addAll(List.of("text", "date"));
      case JSON -> {}
    }
    return new Item(alias(random), field, "", casts.get(random.nextInt(casts.size())));
  }

  private static Item aggregate(Random random) {
    var field = random.nextInt(3) == 0 ? null : field(random, true);
    var functions = new ArrayList<>(List.of("count"));
    if (field != null) {
      switch (field.type()) {
        case INT32, INT64, DOUBLE, DECIMAL -> functions.addAll(List.of("sum", "avg", "min", "max"));
        case STRING, DATE, TIMESTAMP -> functions.addAll(List.of("min", "max"));
        case BOOLEAN, UUID, JSON -> {}
      }
    }
    var function = functions.get(random.nextInt(functions.size()));
    var exact =
        function.equals("count")
            || field != null && field.type() == FieldType.INT32 && function.equals("sum");
    return new Item(alias(random), field, function, exact && random.nextInt(4) == 0 ? "text" : "");
  }

  private static Field field(Random random, boolean orderable) {
    var field = FuzzValues.FIELDS.get(random.nextInt(FuzzValues.FIELDS.size()));
    return orderable && field.type() == FieldType.JSON ? FuzzValues.FIELDS.getFirst() : field;
  }

  private static String alias(Random random) {
    return random.nextInt(3) > 0
        ? ""
        : List.of("x", "Ärger", "a b", "select", "c0", "_c1").get(random.nextInt(6));
  }

  private static List<Term> orderOfRows(Random random) {
    var terms = new ArrayList<Term>();
    for (var i = random.nextInt(3); i > 0; i--) {
      var item = new Item("", field(random, true), "", "");
      if (terms.stream().noneMatch(term -> term.by.same(item))) {
        terms.add(term(item, item.expression(), random));
      }
    }
    return terms;
  }

  private static List<Term> orderOfGroups(List<Item> select, Random random) {
    var terms = new ArrayList<Term>();
    for (var i = random.nextInt(3); i > 0; i--) {
      var chosen = select.get(random.nextInt(select.size()));
      var byName = random.nextBoolean() || !chosen.aggregates() || !chosen.cast.isEmpty();
      var item = byName ? chosen : new Item("", chosen.field, chosen.function, "");
      if (terms.stream().noneMatch(term -> term.by.same(item))) {
        terms.add(term(item, byName ? item.name() : item.expression(), random));
      }
    }
    return terms;
  }

  private static Term term(Item item, String text, Random random) {
    return new Term(
        item,
        text,
        random.nextBoolean(),
        List.of("", "nullsfirst", "nullslast").get(random.nextInt(3)));
  }
}
