package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.bigquery.read.Parameters.Parameter;
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
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.testkit.Pipelines;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectStatementTest {
  private static final StoreDefinition.BigQuery STORE =
      new StoreDefinition.BigQuery(
          "project", "set", "flights", null, null, null, 5, null, List.of(), 0);
  private static final String FROM = " FROM `project.set.flights` t";
  private static final String LIVE = "t.`_deleted` IS NOT TRUE";

  private final PipelineDefinition definition =
      Pipelines.definition(
          STORE,
          Pipelines.schema(
              List.of("id"),
              new Field("id", FieldType.INT32, true, null),
              new Field("a `b\\", FieldType.INT64, false, null),
              new Field("s", FieldType.STRING, false, null),
              new Field("d", FieldType.DOUBLE, false, null),
              new Field("p", FieldType.DECIMAL, false, null),
              new Field("b", FieldType.BOOLEAN, false, null),
              new Field("day", FieldType.DATE, false, null),
              new Field("at", FieldType.TIMESTAMP, false, null),
              new Field("u", FieldType.UUID, false, null),
              new Field("w", FieldType.DECIMAL, false, new Digits(38, 30), null)),
          LoadMode.UPSERT,
          UUID.randomUUID(),
          1,
          null);
  private final RecordColumns records = RecordColumns.of(definition);
  private final SelectStatement select = new SelectStatement(STORE, LoadMode.UPSERT);

  private Field field(String name) {
    return records.require(name).field();
  }

  private static Query query(Condition where, List<OrderTerm> order, Expression... select) {
    var items = new ArrayList<SelectItem>();
    for (var expression : select) {
      items.add(new SelectItem("x" + items.size(), expression));
    }
    return new Query(items, where, order, List.of(), 10, 0);
  }

  private Statement counted(Condition condition) {
    return select.count(query(condition, List.of(), records.require("id")));
  }

  private String where(Condition condition) {
    var before = "SELECT COUNT(*)" + FROM + " WHERE " + LIVE + " AND (";
    var text = counted(condition).text();
    assertThat(text).startsWith(before).endsWith(")");
    return text.substring(before.length(), text.length() - 1);
  }

  private Condition compare(String name, Operator operator, String value) {
    return new Comparison(field(name), operator, Literal.parse(field(name).type(), value));
  }

  /** The text that stands for a value, and the parameter with it. */
  private void assertCompared(
      String name, Operator operator, String value, String text, String type, String sent) {
    var condition = compare(name, operator, value);
    assertThat(where(condition)).isEqualTo(text);
    assertThat(counted(condition).parameters()).containsExactly(new Parameter("p0", type, sent));
  }

  @Test
  void sendsEachTypeOfValueBesideTheText() {
    assertCompared("id", Operator.EQ, "-7", "t.`id` = @p0", "INT64", "-7");
    assertCompared("a `b\\", Operator.NEQ, "5", "t.`a \\`b\\\\` <> @p0", "INT64", "5");
    assertCompared("d", Operator.LT, "1e300", "t.`d` < @p0", "FLOAT64", "1.0E300");
    assertCompared("p", Operator.GTE, "1.50", "t.`p` >= @p0", "NUMERIC", "1.5");
    assertCompared(
        "w",
        Operator.LTE,
        "1e-30",
        "t.`w` <= @p0",
        "BIGNUMERIC",
        "0.000000000000000000000000000001");
    assertCompared("b", Operator.EQ, "true", "t.`b` = @p0", "BOOL", "true");
    assertCompared("day", Operator.GT, "0099-01-11", "t.`day` > @p0", "DATE", "0099-01-11");
    assertCompared(
        "at",
        Operator.LTE,
        "1969-12-31T23:59:59.5+01:00",
        "t.`at` <= @p0",
        "TIMESTAMP",
        "1969-12-31 22:59:59.500000+00:00");
    assertCompared(
        "u",
        Operator.EQ,
        "7FFFFFFF-0000-4000-8000-0123456789ab",
        "t.`u` = @p0",
        "STRING",
        "7fffffff-0000-4000-8000-0123456789ab");
  }

  @Test
  void sendsAStringAsItIs() {
    for (var text : List.of("'; DROP TABLE x; --", "\\'", "`", "@p0", "\n\r\t\0", "\"\"\"", "🛶")) {
      var condition = new Comparison(field("s"), Operator.EQ, new Literal(FieldType.STRING, text));
      assertThat(where(condition)).isEqualTo("t.`s` = @p0");
      assertThat(counted(condition).parameters())
          .containsExactly(new Parameter("p0", "STRING", text));
    }
    var half = new Comparison(field("s"), Operator.EQ, new Literal(FieldType.STRING, "\ud83d"));
    assertThatThrownBy(() -> counted(half)).isInstanceOf(InvalidQueryException.class);
  }

  @Test
  void writesEachCondition() {
    var one = compare("id", Operator.EQ, "1");
    assertThat(where(new Not(one))).isEqualTo("NOT (t.`id` = @p0)");
    assertThat(where(new All(List.of(one, one)))).isEqualTo("(t.`id` = @p0) AND (t.`id` = @p1)");
    assertThat(where(new Any(List.of(one, one)))).isEqualTo("(t.`id` = @p0) OR (t.`id` = @p1)");
    assertThat(where(new Any(List.of()))).isEqualTo("FALSE");
    assertThat(where(new Not(Condition.always()))).isEqualTo("NOT (TRUE)");
    assertThat(where(new In(field("id"), List.of()))).isEqualTo("FALSE");
    var two = List.of(new Literal(FieldType.STRING, "x"), new Literal(FieldType.STRING, "y"));
    assertThat(where(new In(field("s"), two))).isEqualTo("t.`s` IN (@p0, @p1)");
    assertThat(where(compare("id", Operator.DISTINCT, "1")))
        .isEqualTo("t.`id` IS DISTINCT FROM @p0");
    assertThat(where(new Is(field("b"), Truth.UNKNOWN))).isEqualTo("t.`b` IS NULL");
    assertThat(where(new Is(field("b"), Truth.FALSE))).isEqualTo("t.`b` IS FALSE");
    assertThat(where(new Like(field("s"), "a%", false))).isEqualTo("t.`s` LIKE @p0");
    assertThat(where(new Like(field("s"), "a%", true))).isEqualTo("LOWER(t.`s`) LIKE LOWER(@p0)");
  }

  @Test
  void hasNoFilterButForDeletions() {
    assertThat(counted(Condition.always()).text())
        .isEqualTo("SELECT COUNT(*)" + FROM + " WHERE " + LIVE);
    var append = new SelectStatement(STORE, LoadMode.APPEND);
    assertThat(append.count(query(Condition.always(), List.of(), records.require("id"))).text())
        .isEqualTo("SELECT COUNT(*)" + FROM);
  }

  private static String column(Expression expression) {
    return Expressions.of(expression).text();
  }

  @Test
  void writesEachExpression() {
    assertThat(column(new Cast(records.require("p"), FieldType.STRING)))
        .isEqualTo("CAST(t.`p` AS STRING)");
    assertThat(column(new Cast(records.require("u"), FieldType.STRING))).isEqualTo("t.`u`");
    assertThat(column(new Cast(records.require("at"), FieldType.STRING)))
        .isEqualTo("FORMAT_TIMESTAMP('%E4Y-%m-%d %H:%M:%E*S+00', t.`at`, 'UTC')");
    assertThat(column(new Cast(records.require("p"), FieldType.INT64)))
        .isEqualTo("CAST(t.`p` AS INT64)");
    assertThat(column(new Cast(records.require("p"), FieldType.INT32)))
        .isEqualTo(
            "IF(CAST(t.`p` AS INT64) NOT BETWEEN -2147483648 AND 2147483647, ERROR('a value is out"
                + " of range for int32'), CAST(t.`p` AS INT64))");
    assertThat(column(new Cast(records.require("d"), FieldType.DECIMAL)))
        .isEqualTo("CAST(FORMAT('%.14e', t.`d`) AS BIGNUMERIC)");
    assertThat(column(Expression.Provenance.PARTITION)).isEqualTo("t.`_topic_partition`");
    assertThat(column(new Aggregate(Function.COUNT, null))).isEqualTo("COUNT(*)");
    assertThat(column(new Aggregate(Function.SUM, records.require("id")))).isEqualTo("SUM(t.`id`)");
    assertThat(column(new Aggregate(Function.SUM, records.require("a `b\\"))))
        .isEqualTo("SUM(CAST(t.`a \\`b\\\\` AS NUMERIC))");
    assertThat(column(new Aggregate(Function.AVG, records.require("id"))))
        .isEqualTo("ROUND(SUM(CAST(t.`id` AS BIGNUMERIC)) / NULLIF(COUNT(t.`id`), 0), 18)");
    assertThat(column(new Aggregate(Function.AVG, records.require("w"))))
        .isEqualTo("ROUND(SUM(t.`w`) / NULLIF(COUNT(t.`w`), 0), 30)");
    assertThat(column(new Aggregate(Function.MAX, records.require("s")))).isEqualTo("MAX(t.`s`)");
  }

  @Test
  void asksForAPage() {
    var query =
        query(
            compare("d", Operator.GT, "1"),
            records.total(
                List.of(new OrderTerm(records.require("day"), Direction.DESC, Nulls.LAST))),
            records.require("at"),
            records.require("u"));
    var page = new Query(query.select(), query.where(), query.order(), List.of(), 10, 20);
    assertThat(select.rows(page).text())
        .isEqualTo(
            "SELECT UNIX_MICROS(t.`at`) AS c0, t.`u` AS c1, UNIX_DATE(t.`day`) AS c2, t.`id` AS c3"
                + FROM
                + " WHERE "
                + LIVE
                + " AND (t.`d` > @p0) ORDER BY c2 DESC NULLS LAST, c3 ASC NULLS LAST LIMIT 10"
                + " OFFSET 20");
  }

  private Statement after(List<OrderTerm> order, @Nullable Literal... values) {
    return select.rows(
        query(Condition.always(), order, records.require("id"))
            .startingAfter(Arrays.asList(values)));
  }

  @Test
  void goesOnBehindARow() {
    var id = new Literal(FieldType.INT32, 7);
    assertThat(after(records.total(List.of()), id).text())
        .contains(LIVE + " AND (t.`id` > @p0) ORDER BY");
    var byDouble =
        records.total(List.of(new OrderTerm(records.require("d"), Direction.DESC, Nulls.LAST)));
    assertThat(after(byDouble, new Literal(FieldType.DOUBLE, 1.5), id).text())
        .contains("(t.`d` < @p0 OR t.`d` IS NULL OR t.`d` = @p1 AND (t.`id` > @p2))");
    assertThat(after(byDouble, null, id).text())
        .contains("(FALSE OR t.`d` IS NULL AND (t.`id` > @p0))");
    var nullsFirst =
        records.total(List.of(new OrderTerm(records.require("d"), Direction.ASC, Nulls.FIRST)));
    assertThat(after(nullsFirst, null, id).text())
        .contains("(t.`d` IS NOT NULL OR t.`d` IS NULL AND (t.`id` > @p0))");
    var byDecimal = records.total(List.of(OrderTerm.ascending(records.require("p"))));
    assertThat(after(byDecimal, Literal.parse(FieldType.DECIMAL, "1e40"), id).parameters())
        .contains(new Parameter("p0", "NUMERIC", "99999999999999999999999999999.999999999"));
  }

  @Test
  void groupsInATableOfItsOwn() {
    var count = new Aggregate(Function.COUNT, null);
    var query =
        query(
                Condition.always(),
                List.of(
                    new OrderTerm(count, Direction.DESC, Nulls.LAST),
                    OrderTerm.ascending(records.require("day"))),
                records.require("day"),
                new Cast(count, FieldType.STRING),
                count)
            .startingAfter(Arrays.asList(new Literal(FieldType.INT64, 3L), null));
    var groups =
        "(SELECT t.`day` AS c0, COUNT(*) AS c1, COUNT(*) AS c2"
            + FROM
            + " WHERE "
            + LIVE
            + " GROUP BY 1) g";
    assertThat(select.rows(query).text())
        .isEqualTo(
            "SELECT UNIX_DATE(g.c0) AS c0, CAST(g.c1 AS STRING) AS c1, g.c2 AS c2 FROM "
                + groups
                + " WHERE (g.c2 < @p0 OR g.c2 = @p1 AND (FALSE)) ORDER BY c2 DESC NULLS LAST, c0"
                + " ASC NULLS LAST LIMIT 10");
    assertThat(select.count(query).text()).isEqualTo("SELECT COUNT(*) FROM " + groups);
  }
}
