package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.lake.table.LakeColumns;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectStatementTest {
  private static final Schema SCHEMA =
      new Schema(
          List.of("id"),
          List.of(
              new Field("id", FieldType.INT32, true, null),
              new Field("a \"b\"", FieldType.INT64, false, null),
              new Field("s", FieldType.STRING, false, null),
              new Field("d", FieldType.DOUBLE, false, null),
              new Field("p", FieldType.DECIMAL, false, null),
              new Field("b", FieldType.BOOLEAN, false, null),
              new Field("day", FieldType.DATE, false, null),
              new Field("at", FieldType.TIMESTAMP, false, null),
              new Field("u", FieldType.UUID, false, null),
              new Field("q", FieldType.DECIMAL, false, new Digits(9, 2), null),
              new Field("w", FieldType.DECIMAL, false, new Digits(38, 30), null),
              new Field("part", FieldType.DECIMAL, false, new Digits(38, 38), null)),
          UnknownFields.REJECT);

  private final RecordColumns records = LakeQueries.records(SCHEMA, LoadMode.UPSERT);
  private final TableColumns columns = columns();
  private final SelectStatement select = new SelectStatement(columns, "f t");

  private TableColumns columns() {
    try {
      return TableColumns.of(LakeColumns.of(SCHEMA), records);
    } catch (dev.acequia.stores.StoreReadException e) {
      throw new AssertionError(e);
    }
  }

  private Field field(String name) {
    return records.require(name).field();
  }

  private Query query(Condition where, List<OrderTerm> order, Expression... select) {
    var items = new ArrayList<SelectItem>();
    for (var expression : select) {
      items.add(new SelectItem("x" + items.size(), expression));
    }
    return new Query(items, where, order, List.of(), 10, 0);
  }

  private String where(Condition condition) {
    var sql = select.count(query(condition, List.of(), records.require("id")));
    return sql.substring("SELECT count(*) FROM f t WHERE (".length(), sql.length() - 1);
  }

  private Condition compare(String name, Operator operator, String value) {
    return new Comparison(field(name), operator, Literal.parse(field(name).type(), value));
  }

  /** The text of an expression without a column's text around it. */
  private String column(Expression expression) {
    return new Expressions(columns).of(expression).text();
  }

  @Test
  void writesEachTypeOfValue() {
    assertThat(where(compare("id", Operator.EQ, "-7")))
        .isEqualTo("t.\"id\" = CAST('-7' AS INTEGER)");
    assertThat(where(compare("a \"b\"", Operator.NEQ, "5")))
        .isEqualTo("t.\"a \"\"b\"\"\" <> CAST('5' AS BIGINT)");
    assertThat(where(compare("d", Operator.LT, "1e300")))
        .isEqualTo("t.\"d\" < CAST('1.0E300' AS DOUBLE)");
    assertThat(where(compare("p", Operator.GTE, "1.50")))
        .isEqualTo("t.\"p\" >= CAST('1.500000000000000000' AS DECIMAL(38,18))");
    assertThat(where(compare("b", Operator.EQ, "true"))).isEqualTo("t.\"b\" = TRUE");
    assertThat(where(compare("day", Operator.GT, "1970-01-11")))
        .isEqualTo("t.\"day\" > (DATE '1970-01-01' + CAST('10' AS INTEGER))");
    assertThat(where(compare("at", Operator.LTE, "1969-12-31T23:59:59.5Z")))
        .isEqualTo("t.\"at\" <= make_timestamptz(CAST('-500000' AS BIGINT))");
    assertThat(where(compare("u", Operator.EQ, "7FFFFFFF-0000-4000-8000-0123456789ab")))
        .isEqualTo("t.\"u\" = CAST('7fffffff-0000-4000-8000-0123456789ab' AS UUID)");
  }

  @Test
  void writesAStringSoThatItStaysOne() {
    assertThat(where(compare("s", Operator.EQ, "'; DROP TABLE x; --\\'")))
        .isEqualTo("t.\"s\" = '''; DROP TABLE x; --\\'''");
    assertThat(
            where(new Comparison(field("s"), Operator.EQ, new Literal(FieldType.STRING, "a\0'b"))))
        .isEqualTo("t.\"s\" = ('a' || chr(0) || '''b')");
  }

  @Test
  void writesEachCondition() {
    var one = compare("id", Operator.EQ, "1");
    var text = "t.\"id\" = CAST('1' AS INTEGER)";
    assertThat(where(new Not(one))).isEqualTo("NOT (" + text + ")");
    assertThat(where(new All(List.of(one, one)))).isEqualTo("(" + text + ") AND (" + text + ")");
    assertThat(where(new Any(List.of(one, one)))).isEqualTo("(" + text + ") OR (" + text + ")");
    assertThat(where(new Any(List.of()))).isEqualTo("FALSE");
    assertThat(where(new Not(Condition.always()))).isEqualTo("NOT (TRUE)");
    assertThat(where(new In(field("id"), List.of()))).isEqualTo("FALSE");
    assertThat(
            where(
                new In(
                    field("s"),
                    List.of(
                        new Literal(FieldType.STRING, "x"), new Literal(FieldType.STRING, "y")))))
        .isEqualTo("t.\"s\" IN ('x', 'y')");
    assertThat(where(compare("id", Operator.DISTINCT, "1")))
        .isEqualTo("t.\"id\" IS DISTINCT FROM CAST('1' AS INTEGER)");
    assertThat(where(new Is(field("b"), Truth.UNKNOWN))).isEqualTo("t.\"b\" IS NULL");
    assertThat(where(new Is(field("b"), Truth.FALSE))).isEqualTo("t.\"b\" IS FALSE");
    assertThat(where(new Like(field("s"), "a\\%'%", false)))
        .isEqualTo("t.\"s\" LIKE 'a\\%''%' ESCAPE '\\'");
    assertThat(where(new Like(field("s"), "a%", true))).isEqualTo("t.\"s\" ILIKE 'a%' ESCAPE '\\'");
  }

  @Test
  void writesEachExpression() {
    assertThat(column(new Cast(records.require("d"), FieldType.STRING)))
        .isEqualTo("text_of_double(t.\"d\")");
    assertThat(column(new Cast(records.require("p"), FieldType.STRING)))
        .isEqualTo("text_of_decimal(t.\"p\")");
    assertThat(column(new Cast(records.require("at"), FieldType.STRING)))
        .isEqualTo("(CAST(make_timestamp(epoch_us(t.\"at\")) AS VARCHAR) || '+00')");
    assertThat(column(new Cast(records.require("p"), FieldType.INT32)))
        .isEqualTo("CAST(t.\"p\" AS INTEGER)");
    assertThat(column(new Cast(records.require("d"), FieldType.DECIMAL)))
        .isEqualTo("decimal_of_double(t.\"d\")");
    assertThat(column(new Aggregate(Function.COUNT, null))).isEqualTo("count(*)");
    assertThat(column(new Aggregate(Function.SUM, records.require("id"))))
        .isEqualTo("CAST(sum(t.\"id\") AS BIGINT)");
    assertThat(column(new Aggregate(Function.SUM, records.require("a \"b\""))))
        .isEqualTo("CAST(sum(t.\"a \"\"b\"\"\") AS DECIMAL(38,0))");
    assertThat(column(new Aggregate(Function.SUM, records.require("p")))).isEqualTo("sum(t.\"p\")");
    assertThat(column(new Aggregate(Function.AVG, records.require("id"))))
        .isEqualTo("mean_of_whole(t.\"id\")");
    assertThat(column(new Aggregate(Function.AVG, records.require("p"))))
        .isEqualTo("mean_of_decimal(t.\"p\")");
    assertThat(column(new Aggregate(Function.MAX, records.require("s")))).isEqualTo("max(t.\"s\")");
    assertThat(
            column(
                new Cast(
                    new Aggregate(Function.SUM, new Cast(records.require("d"), FieldType.DECIMAL)),
                    FieldType.STRING)))
        .isEqualTo("text_of_decimal(sum(decimal_of_double(t.\"d\")))");
  }

  @Test
  void computesWithTheDigitsOfAColumn() {
    assertThat(where(compare("q", Operator.GTE, "1.5")))
        .isEqualTo("t.\"q\" >= CAST('1.50' AS DECIMAL(38,2))");
    assertThat(where(compare("q", Operator.EQ, "1.505")))
        .isEqualTo("t.\"q\" > CAST('9999999.99' AS DECIMAL(38,2))");
    assertThat(column(new Cast(records.require("q"), FieldType.STRING)))
        .isEqualTo("text_of_decimal(t.\"q\")");
    assertThat(column(new Cast(records.require("part"), FieldType.STRING)))
        .isEqualTo("text_of_fraction(t.\"part\")");
    assertThat(column(new Aggregate(Function.SUM, records.require("q")))).isEqualTo("sum(t.\"q\")");
    assertThat(column(new Aggregate(Function.AVG, records.require("q"))))
        .isEqualTo("mean_of_decimal(t.\"q\")");
    assertThat(column(new Aggregate(Function.AVG, records.require("w"))))
        .isEqualTo(
            "mean_of_fine_decimal(t.\"w\", CAST('0.000000000000000000000000000001' AS DECIMAL(38,30)))");
    var byCents = records.total(List.of(OrderTerm.ascending(records.require("q"))));
    assertThat(
            after(
                byCents, Literal.parse(FieldType.DECIMAL, "1.5"), new Literal(FieldType.INT32, 7)))
        .contains("t.\"q\" > CAST('1.50' AS DECIMAL(38,2))");
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
    assertThat(select.rows(query, 100))
        .isEqualTo(
            "SELECT epoch_us(p.c0), CAST(p.c1 AS VARCHAR), CAST(p.c2 - DATE '1970-01-01' AS"
                + " BIGINT), p.c3 FROM (SELECT t.\"at\" AS c0, t.\"u\" AS c1, t.\"day\" AS c2,"
                + " t.\"id\" AS c3 FROM f t WHERE (t.\"d\" > CAST('1.0' AS DOUBLE)) ORDER BY"
                + " t.\"day\" DESC NULLS LAST, t.\"id\" ASC NULLS LAST LIMIT 10) p ORDER BY p.c2"
                + " DESC NULLS LAST, p.c3 ASC NULLS LAST");
  }

  @Test
  void asksForAPieceOfRowsThatMayBeLong() {
    var query = query(Condition.always(), records.total(List.of()), records.require("s"));
    assertThat(select.rows(query, 100))
        .isEqualTo(
            "SELECT p.c0, p.c1, p.own FROM (SELECT p.*, sum(p.own) OVER (ORDER BY p.c1 ASC NULLS"
                + " LAST ROWS UNBOUNDED PRECEDING) - p.own AS before FROM (SELECT p.*,"
                + " coalesce(strlen(p.c0), 0) AS own FROM (SELECT t.\"s\" AS c0, t.\"id\" AS c1"
                + " FROM f t ORDER BY t.\"id\" ASC NULLS LAST LIMIT 10) p) p) p WHERE p.before <"
                + " 100 ORDER BY p.c1 ASC NULLS LAST");
  }

  private String after(List<OrderTerm> order, @Nullable Literal... values) {
    return new Keyset().after(order, Arrays.asList(values), new Expressions(columns)::of);
  }

  @Test
  void goesOnBehindARow() {
    var id = new Literal(FieldType.INT32, 7);
    var idText = "t.\"id\" > CAST('7' AS INTEGER)";
    assertThat(after(records.total(List.of()), id)).isEqualTo("(" + idText + ")");
    var byDouble =
        records.total(List.of(new OrderTerm(records.require("d"), Direction.DESC, Nulls.LAST)));
    assertThat(after(byDouble, new Literal(FieldType.DOUBLE, 1.5), id))
        .isEqualTo(
            "(t.\"d\" < CAST('1.5' AS DOUBLE) OR t.\"d\" IS NULL OR t.\"d\" = CAST('1.5' AS DOUBLE)"
                + " AND ("
                + idText
                + "))");
    assertThat(after(byDouble, null, id))
        .isEqualTo("(FALSE OR t.\"d\" IS NULL AND (" + idText + "))");
    var nullsFirst =
        records.total(List.of(new OrderTerm(records.require("d"), Direction.ASC, Nulls.FIRST)));
    assertThat(after(nullsFirst, null, id))
        .isEqualTo("(t.\"d\" IS NOT NULL OR t.\"d\" IS NULL AND (" + idText + "))");
    var byDecimal = records.total(List.of(OrderTerm.ascending(records.require("p"))));
    assertThat(after(byDecimal, Literal.parse(FieldType.DECIMAL, "1e40"), id))
        .contains("t.\"p\" > CAST('99999999999999999999.999999999999999999' AS DECIMAL(38,18))");
  }

  @Test
  void groupsInATableOfItsOwn() {
    var count = new Aggregate(Function.COUNT, null);
    var query =
        query(
                Condition.always(),
                List.of(
                    new OrderTerm(count, Direction.DESC, Nulls.LAST),
                    OrderTerm.ascending(records.require("b"))),
                records.require("b"),
                count)
            .startingAfter(Arrays.asList(new Literal(FieldType.INT64, 3L), null));
    assertThat(select.rows(query, 100))
        .isEqualTo(
            "SELECT p.c0, p.c1 FROM (SELECT * FROM (SELECT t.\"b\" AS c0, count(*) AS c1 FROM f t"
                + " GROUP BY 1) g WHERE (g.c1 < CAST('3' AS BIGINT) OR g.c1 = CAST('3' AS BIGINT)"
                + " AND (FALSE)) ORDER BY g.c1 DESC NULLS LAST, g.c0 ASC NULLS LAST LIMIT 10) p"
                + " ORDER BY p.c1 DESC NULLS LAST, p.c0 ASC NULLS LAST");
    assertThat(select.count(query))
        .isEqualTo(
            "SELECT count(*) FROM (SELECT t.\"b\" AS c0, count(*) AS c1 FROM f t GROUP BY 1) g");
  }

  @Test
  void readsColumnsByTheirIds() {
    assertThat(columns.parameter())
        .startsWith("MAP {1: {name: 'c1', type: 'INTEGER', default_value: NULL}, 2: {name: 'c2'")
        .contains("5: {name: 'c5', type: 'BIGINT', default_value: NULL}")
        .contains("type: 'DECIMAL(38,18)'", "type: 'DECIMAL(38,2)'", "type: 'DECIMAL(38,30)'");
    assertThat(columns.named("r f"))
        .startsWith("(SELECT f.c1 AS \"_generation\", f.c2 AS \"_partition\"")
        .contains(", f.c5 AS \"a \"\"b\"\"\", ")
        .endsWith(" FROM r f) t");
    assertThat(columns.nothing())
        .startsWith("(SELECT CAST(NULL AS INTEGER) AS \"_generation\"")
        .endsWith(" WHERE FALSE) t");
  }
}
