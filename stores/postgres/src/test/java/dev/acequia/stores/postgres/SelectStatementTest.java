package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
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
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectStatementTest {
  private static final SelectStatement SELECT = new SelectStatement("ops", "flights");
  private static final RecordColumns COLUMNS =
      RecordColumns.of(
          new PipelineDefinition(
              "ops",
              "flights",
              null,
              new Schema(
                  List.of("carrier", "flight"),
                  List.of(
                      new Field("carrier", FieldType.STRING, true, null),
                      new Field("flight", FieldType.INT32, true, null),
                      new Field("dest", FieldType.STRING, false, null),
                      new Field("delay", FieldType.DOUBLE, false, null),
                      new Field("note", FieldType.JSON, false, null)),
                  UnknownFields.REJECT),
              new TopicDefinition("ops.flights", "id", 1, "ops.flights.dlq"),
              new StoreDefinition.Postgres("ops", "flights"),
              LoadMode.UPSERT,
              100,
              0.05,
              null));

  private static Query query(Condition where, List<OrderTerm> order) {
    return new Query(List.of(item("dest")), where, COLUMNS.total(order), List.of(), 10, 0);
  }

  private static SelectItem item(String name) {
    return new SelectItem(name, COLUMNS.require(name));
  }

  private static OrderTerm by(String name, Direction direction, Nulls nulls) {
    return new OrderTerm(COLUMNS.require(name), direction, nulls);
  }

  private static Literal text(String value) {
    return new Literal(FieldType.STRING, value);
  }

  private static Literal number(int value) {
    return new Literal(FieldType.INT32, value);
  }

  private static Comparison dest(Operator operator, String value) {
    return new Comparison(COLUMNS.require("dest").field(), operator, text(value));
  }

  private static String whereOf(Condition condition) {
    var sql = SELECT.count(query(condition, List.of())).text();
    return sql.substring(sql.indexOf("WHERE ") + "WHERE ".length());
  }

  @SafeVarargs
  private static String after(List<OrderTerm> order, @Nullable Literal... values) {
    var sql =
        SELECT.rows(query(Condition.always(), order).startingAfter(Arrays.asList(values))).text();
    return sql.substring(sql.indexOf("WHERE ") + "WHERE ".length(), sql.indexOf(" ORDER BY"));
  }

  @Test
  void ordersByTheKeyAndFetchesWhatTheCursorNeeds() {
    assertThat(SELECT.rows(query(Condition.always(), List.of())).text())
        .isEqualTo(
            "SELECT \"dest\", \"carrier\", \"flight\" FROM \"ops\".\"flights\""
                + " ORDER BY \"carrier\", \"flight\" LIMIT 10");
  }

  @Test
  void bindsEveryValue() {
    var sql = SELECT.rows(query(dest(Operator.EQ, "'; DROP TABLE flights; --"), List.of()));

    assertThat(sql.text()).contains("WHERE (\"dest\" = ?)").doesNotContain("DROP");
    assertThat(sql.values()).containsExactly(text("'; DROP TABLE flights; --"));
  }

  @Test
  void quotesNamesWhateverTheyHold() {
    var sql = new SelectStatement("a\"b", "c;d").count(query(Condition.always(), List.of())).text();

    assertThat(sql).isEqualTo("SELECT count(*) FROM \"a\"\"b\".\"c;d\"");
  }

  @Test
  void probesEveryColumnThatAPageMayNeed() {
    assertThat(SELECT.probe(COLUMNS).text())
        .isEqualTo(
            "SELECT \"carrier\", \"flight\", \"dest\", \"delay\", \"note\""
                + " FROM \"ops\".\"flights\" ORDER BY \"carrier\", \"flight\" LIMIT 0");
  }

  @Test
  void keepsConditionsTogether() {
    var either = new Any(List.of(dest(Operator.EQ, "a"), dest(Operator.GT, "b")));

    assertThat(whereOf(new All(List.of(new Not(either), dest(Operator.NEQ, "c")))))
        .isEqualTo("((NOT ((\"dest\" = ?) OR (\"dest\" > ?))) AND (\"dest\" <> ?))");
    assertThat(
            SELECT
                .rows(query(either, List.of()).startingAfter(List.of(text("UA"), number(1))))
                .text())
        .contains(
            "WHERE ((\"dest\" = ?) OR (\"dest\" > ?)) AND (\"carrier\", \"flight\") > (?, ?)");
  }

  @Test
  void knowsEveryCondition() {
    var dest = COLUMNS.require("dest").field();
    assertThat(whereOf(new In(dest, List.of(text("a"), text("b")))))
        .isEqualTo("(\"dest\" IN (?, ?))");
    assertThat(whereOf(new In(dest, List.of()))).isEqualTo("(FALSE)");
    assertThat(whereOf(new Is(dest, Is.Truth.NULL))).isEqualTo("(\"dest\" IS NULL)");
    assertThat(whereOf(new Like(dest, "a%", true))).isEqualTo("(\"dest\" ILIKE ?)");
    assertThat(whereOf(new Any(List.of()))).isEqualTo("(FALSE)");
  }

  @Test
  void goesOnAfterAKeyByOneComparison() {
    assertThat(after(List.of(), text("UA"), number(7)))
        .isEqualTo("(\"carrier\", \"flight\") > (?, ?)");
  }

  @Test
  void goesOnInMixedDirectionsStepByStep() {
    assertThat(after(List.of(by("flight", Direction.DESC, Nulls.LAST)), number(7), text("UA")))
        .isEqualTo("\"flight\" <= ? AND (\"flight\" < ? OR \"flight\" = ? AND (\"carrier\" > ?))");
  }

  @Test
  void goesOnAroundNulls() {
    var last = List.of(by("delay", Direction.ASC, Nulls.LAST));
    var first = List.of(by("delay", Direction.DESC, Nulls.FIRST));
    var tail = " AND (\"carrier\" > ? OR \"carrier\" = ? AND (\"flight\" > ?)))";
    var delay = new Literal(FieldType.DOUBLE, 1.5);

    assertThat(after(last, delay, text("UA"), number(7)))
        .isEqualTo("(\"delay\" > ? OR \"delay\" IS NULL OR \"delay\" = ?" + tail);
    assertThat(after(last, null, text("UA"), number(7)))
        .isEqualTo("(FALSE OR \"delay\" IS NULL" + tail);
    assertThat(after(first, null, text("UA"), number(7)))
        .isEqualTo("(\"delay\" IS NOT NULL OR \"delay\" IS NULL" + tail);
    assertThat(after(first, delay, text("UA"), number(7)))
        .isEqualTo("\"delay\" <= ? AND (\"delay\" < ? OR \"delay\" = ?" + tail);
  }

  @Test
  void pagesThroughGroupsAsThroughRows() {
    var select =
        List.of(
            item("dest"),
            new SelectItem("n", new Aggregate(Function.COUNT, null)),
            new SelectItem("mean", new Aggregate(Function.AVG, COLUMNS.require("delay"))));
    var order =
        RecordColumns.completed(
            List.of(new OrderTerm(select.get(1).expression(), Direction.DESC, Nulls.LAST)),
            List.of(COLUMNS.require("dest")));
    var query = new Query(select, Condition.always(), order, List.of(), 5, 0);

    assertThat(SELECT.rows(query).text())
        .isEqualTo(
            "SELECT * FROM (SELECT \"dest\" AS c0, count(*) AS c1, avg(\"delay\") AS c2"
                + " FROM \"ops\".\"flights\" GROUP BY 1) g"
                + " ORDER BY c1 DESC, c0 NULLS LAST LIMIT 5");
    assertThat(SELECT.count(query).text())
        .startsWith("SELECT count(*) FROM (SELECT \"dest\" AS c0");
  }

  @Test
  void castsWithoutHidingTheField() {
    var select =
        List.of(new SelectItem("delay", new Cast(COLUMNS.require("delay"), FieldType.STRING)));
    var order = COLUMNS.total(List.of(by("delay", Direction.ASC, Nulls.LAST)));

    assertThat(SELECT.rows(new Query(select, Condition.always(), order, List.of(), 5, 0)).text())
        .isEqualTo(
            "SELECT \"delay\"::text AS _c0, \"delay\", \"carrier\", \"flight\""
                + " FROM \"ops\".\"flights\""
                + " ORDER BY \"delay\" NULLS LAST, \"carrier\", \"flight\" LIMIT 5");
  }

  @Test
  void refusesWhatHasNoMeaning() {
    var note = COLUMNS.require("note");
    assertThatThrownBy(() -> OrderTerm.ascending(note)).isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> new Aggregate(Function.SUM, COLUMNS.require("dest")))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(() -> new Like(COLUMNS.require("delay").field(), "1%", false))
        .isInstanceOf(InvalidQueryException.class);
    assertThatThrownBy(
            () ->
                new Query(
                    List.of(item("dest"), item("dest")),
                    Condition.always(),
                    List.of(),
                    List.of(),
                    1,
                    0))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("two columns of the result are named 'dest'");
  }
}
