package dev.acequia.api;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A query that is valid, as text and as what it means: {@link #answer} works it out over rows in
 * memory and shares nothing with the server.
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

    boolean same(Item other) {
      return expression().equals(other.expression()) && cast.equals(other.cast);
    }
  }

  /**
   * A term of the order.
   *
   * @param by what it orders by
   * @param nulls empty for the usual place
   */
  record Term(Item by, String text, boolean descending, String nulls) {
    int compare(@Nullable Object a, @Nullable Object b) {
      if (a == null || b == null) {
        var nullsFirst = nulls.isEmpty() ? descending : nulls.equals("nullsfirst");
        return a == b ? 0 : (a == null) == nullsFirst ? -1 : 1;
      }
      return descending ? FuzzValue.compare(b, a) : FuzzValue.compare(a, b);
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

  /** All rows of the answer, its limit and offset aside. */
  List<List<@Nullable Object>> answer(List<Map<String, Object>> rows) {
    var found =
        rows.stream()
            .filter(row -> where.stream().allMatch(it -> Boolean.TRUE.equals(it.holds(row))))
            .toList();
    return grouped() ? groups(found) : records(found);
  }

  private List<List<@Nullable Object>> records(List<Map<String, Object>> found) {
    var key = new Item("", FuzzTable.FIELDS.getFirst(), "", "");
    var all = new ArrayList<>(select);
    order.forEach(term -> all.add(term.by));
    all.add(key);
    var answer = new ArrayList<List<@Nullable Object>>();
    for (var row : found) {
      var values = new ArrayList<@Nullable Object>();
      for (var item : all) {
        values.add(cast(row.get(Objects.requireNonNull(item.field).name()), item.cast));
      }
      answer.add(values);
    }
    return sorted(answer, new Term(key, "", false, ""), all.size() - 1);
  }

  private List<List<@Nullable Object>> groups(List<Map<String, Object>> found) {
    var groups = new LinkedHashMap<List<@Nullable Object>, List<Map<String, Object>>>();
    var by = select.stream().filter(item -> !item.aggregates()).toList();
    if (by.isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    for (var row : found) {
      var values = new ArrayList<@Nullable Object>();
      by.forEach(
          item -> values.add(cast(row.get(Objects.requireNonNull(item.field).name()), item.cast)));
      groups.computeIfAbsent(values, all -> new ArrayList<>()).add(row);
    }
    var all = new ArrayList<>(select);
    order.forEach(term -> all.add(term.by));
    var answer = new ArrayList<List<@Nullable Object>>();
    groups.forEach(
        (values, members) -> {
          var line = new ArrayList<@Nullable Object>();
          for (var item : all) {
            if (item.aggregates()) {
              line.add(cast(aggregate(item, members), item.cast));
            } else {
              line.add(
                  values.get(
                      IntStream.range(0, by.size())
                          .filter(i -> by.get(i).same(item))
                          .findFirst()
                          .orElseThrow()));
            }
          }
          answer.add(line);
        });
    return sorted(answer, null, 0);
  }

  /** By the order, and then by what makes it total. */
  private List<List<@Nullable Object>> sorted(
      List<List<@Nullable Object>> lines, @Nullable Term last, int lastColumn) {
    var terms = new LinkedHashMap<Integer, Term>();
    for (var i = 0; i < order.size(); i++) {
      terms.put(select.size() + i, order.get(i));
    }
    if (last != null) {
      terms.put(lastColumn, last);
    } else {
      for (var i = 0; i < select.size(); i++) {
        if (!select.get(i).aggregates()) {
          terms.put(i, new Term(select.get(i), "", false, "nullslast"));
        }
      }
    }
    var sorted = new ArrayList<>(lines);
    sorted.sort(
        (a, b) -> {
          for (var term : terms.entrySet()) {
            var found = term.getValue().compare(a.get(term.getKey()), b.get(term.getKey()));
            if (found != 0) {
              return found;
            }
          }
          return 0;
        });
    var answer = new ArrayList<List<@Nullable Object>>();
    sorted.forEach(line -> answer.add(line.subList(0, select.size())));
    return answer;
  }

  private static @Nullable Object aggregate(Item item, List<Map<String, Object>> rows) {
    var field = item.field;
    if (field == null) {
      return (long) rows.size();
    }
    var values = new ArrayList<Object>();
    for (var row : rows) {
      var value = row.get(field.name());
      if (value != null) {
        values.add(value);
      }
    }
    if (item.function.equals("count")) {
      return (long) values.size();
    }
    if (values.isEmpty()) {
      return null;
    }
    return switch (item.function) {
      case "min" -> values.stream().min(FuzzValue::compare).orElseThrow();
      case "max" -> values.stream().max(FuzzValue::compare).orElseThrow();
      case "sum", "avg" -> {
        var sum = values.stream().map(FuzzQuery::decimal).reduce(BigDecimal.ZERO, BigDecimal::add);
        var mean = item.function.equals("avg") ? mean(sum, BigDecimal.valueOf(values.size())) : sum;
        yield switch (field.type()) {
          case DOUBLE -> (Object) mean.doubleValue();
          case INT32 -> item.function.equals("sum") ? (Object) mean.longValueExact() : mean;
          default -> mean;
        };
      }
      default -> throw new IllegalStateException(item.function);
    };
  }

  /** To as many digits as PostgreSQL gives, since groups are ordered by them too. */
  private static BigDecimal mean(BigDecimal sum, BigDecimal count) {
    var weight = weight(sum) - weight(count) - (firstDigit(sum) <= firstDigit(count) ? 1 : 0);
    var scale = Math.max(Math.max(sum.scale(), 0), 16 - 4 * weight);
    return sum.divide(count, scale, RoundingMode.HALF_UP);
  }

  /** The place of the first digit to the base of 10,000. */
  private static int weight(BigDecimal number) {
    return number.signum() == 0 ? 0 : Math.floorDiv(number.precision() - number.scale() - 1, 4);
  }

  private static int firstDigit(BigDecimal number) {
    return number.abs().movePointLeft(4 * weight(number)).intValue();
  }

  private static BigDecimal decimal(Object number) {
    return number instanceof Double d ? new BigDecimal(d) : new BigDecimal(number.toString());
  }

  private static @Nullable Object cast(@Nullable Object value, String type) {
    if (value == null || type.isEmpty()) {
      return value;
    }
    return switch (type) {
      case "text" -> FuzzValue.asText(value);
      case "int64" ->
          value instanceof Double number
              ? (Object) (long) Math.rint(number)
              : ((Number) value).longValue();
      case "double" -> ((Number) value).doubleValue();
      case "decimal" -> decimal(value);
      case "date" -> LocalDate.ofInstant((Instant) value, ZoneOffset.UTC);
      case "timestamp" -> ((LocalDate) value).atStartOfDay().toInstant(ZoneOffset.UTC);
      default -> throw new IllegalStateException(type);
    };
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
    var field = FuzzTable.FIELDS.get(random.nextInt(FuzzTable.FIELDS.size()));
    return orderable && field.type() == FieldType.JSON ? FuzzTable.FIELDS.getFirst() : field;
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

  /** A value of an answer against what it should be; averages may differ in their last digits. */
  static boolean matches(com.fasterxml.jackson.databind.JsonNode found, @Nullable Object expected) {
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

  private static BigDecimal tolerance(BigDecimal number) {
    return number.scale() <= 2
        ? BigDecimal.ZERO
        : number
            .abs()
            .max(BigDecimal.ONE)
            .movePointLeft(14)
            .round(new MathContext(1, RoundingMode.UP));
  }
}
