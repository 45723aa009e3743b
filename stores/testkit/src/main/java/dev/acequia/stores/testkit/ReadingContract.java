package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
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
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.SelectItem;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What queries mean, as docs/query.md says it, over every type of field. */
public abstract class ReadingContract extends StoreContract {
  static final Schema ALL_TYPES =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT32, true, null),
          new Field("big", FieldType.INT64, false, null),
          new Field("ratio", FieldType.DOUBLE, false, null),
          new Field("price", FieldType.DECIMAL, false, null),
          new Field("ok", FieldType.BOOLEAN, false, null),
          new Field("day", FieldType.DATE, false, null),
          new Field("at", FieldType.TIMESTAMP, false, null),
          new Field("ref", FieldType.UUID, false, null),
          new Field("note", FieldType.STRING, false, null),
          new Field("doc", FieldType.JSON, false, null));

  /** A store may answer in another way what it is asked often. */
  private static final int RUNS = 12;

  static final List<String> RECORDS =
      List.of(
          """
          {"id":1,"big":5,"ratio":1.5,"price":1.50,"ok":true,"day":"2013-01-31",
          "at":"2013-01-31T05:00:00.25Z","ref":"00000000-0000-0000-0000-000000000001","note":"UA",
          "doc":{"a":[1]}}\
          """,
          """
          {"id":2,"big":9007199254740993,"ratio":-0.25,"price":12345678901234567890.1200,"ok":false,
          "day":"1969-12-31","at":"1969-12-31T23:59:59.25Z",
          "ref":"ffffffff-ffff-ffff-ffff-ffffffffffff","note":"ua","doc":null}\
          """,
          """
          {"id":3,"big":5,"ratio":2.5,"price":-0.01,"note":"ñandú"}\
          """,
          """
          {"id":4,"big":-9223372036854775808,"price":2,"ok":true,"day":"2012-02-29"}\
          """,
          """
          {"id":5,"ratio":1e20,"ok":false,"at":"9999-12-31T23:59:59.999999Z","note":"🛶"}\
          """,
          """
          {"id":6,"big":9223372036854775807,"ratio":-1.5e-7,"price":1.5,
          "ref":"7fffffff-0000-4000-8000-0123456789ab","note":"\\uffff"}\
          """,
          """
          {"id":7,"note":"","doc":[]}\
          """,
          """
          {"id":-8,"note":"100%_\\\\"}\
          """);

  /** Decimals of several precisions: stores encode them differently. */
  private static final Schema DIGITS =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT32, true, null),
          decimal("small", 9, 2),
          decimal("middle", 18, 6),
          decimal("whole", 19, 0),
          decimal("fine", 38, 30),
          decimal("part", 38, 38));

  private static final List<String> OF_DIGITS =
      List.of(
          """
          {"id":1,"small":1.50,"middle":-0.000001,"whole":9999999999999999999,"fine":1e-30,
          "part":0.99999999999999999999999999999999999999}\
          """,
          """
          {"id":2,"small":-9999999.99,"middle":999999999999.999999,"whole":-9999999999999999999,
          "fine":9999.999999999999999999999999999999,"part":-0.25}\
          """,
          """
          {"id":3,"small":1.5000,"middle":0,"whole":10,"fine":-0.5,"part":0}\
          """,
          """
          {"id":4}\
          """);

  private static Field decimal(String name, int precision, int scale) {
    return new Field(name, FieldType.DECIMAL, false, new Digits(precision, scale), null);
  }

  protected ReadingContract(StoreFixture store) {
    super(store);
  }

  @BeforeEach
  void declaresThatItAnswersEveryQuery() {
    assumeTrue(answersEveryQuery());
  }

  /** The table with all records, and its reader. */
  private final class Filled implements AutoCloseable {
    final PipelineDefinition definition;
    final RecordColumns columns;
    final StoreReader reader;

    Filled(String... more) throws Exception {
      this(ALL_TYPES, Stream.concat(RECORDS.stream(), Arrays.stream(more)).toList());
    }

    Filled(Schema schema, List<String> records) throws Exception {
      definition = definition(schema, LoadMode.UPSERT, TOPIC, 1, null);
      columns = RecordColumns.of(definition);
      migrate(definition);
      try (var writer = writer(definition)) {
        var batch = writer.newBatch();
        for (var i = 0; i < records.size(); i++) {
          add(schema, batch, arrival.from(1, 0, i), records.get(i));
        }
        write(writer, batch, 0, records.size());
        assertThat(rejected).isEmpty();
      }
      reader = store.reader(definition);
    }

    Expression field(String name) {
      return columns.require(name);
    }

    List<String> answers(Query query) throws StoreReadException, IOException {
      var first = RowText.read(reader, query, "|");
      for (var run = 1; run < RUNS; run++) {
        assertThat(RowText.read(reader, query, "|")).as("run %d", run).isEqualTo(first);
      }
      return first;
    }

    /** The ids that a condition leaves, in their order. */
    List<String> ids(Condition where) throws StoreReadException, IOException {
      var query = select(List.of("id"), where);
      var found = answers(query);
      assertThat(reader.count(query)).isEqualTo(found.size());
      return found;
    }

    Query select(List<String> fields, Condition where, OrderTerm... order) {
      return new Query(
          fields.stream().map(name -> new SelectItem(name, field(name))).toList(),
          where,
          columns.total(List.of(order)),
          List.of(),
          100,
          0);
    }

    List<String> ordered(String by, Direction direction, Nulls nulls)
        throws StoreReadException, IOException {
      return answers(
          select(List.of("id"), Condition.always(), new OrderTerm(field(by), direction, nulls)));
    }

    Condition compare(String name, Operator operator, String value) {
      var field = columns.require(name).field();
      return new Comparison(field, operator, Literal.parse(field.type(), value));
    }

    /** One row of the group of all. */
    List<String> one(Expression... expressions) throws StoreReadException, IOException {
      return grouped(Condition.always(), List.of(), expressions);
    }

    List<String> grouped(Condition where, List<OrderTerm> order, Expression... expressions)
        throws StoreReadException, IOException {
      return answers(groups(where, order, expressions));
    }

    Query groups(Condition where, List<OrderTerm> order, Expression... expressions) {
      var select = new ArrayList<SelectItem>();
      for (var expression : expressions) {
        select.add(new SelectItem("c" + select.size(), expression));
      }
      var by = Arrays.stream(expressions).filter(each -> !each.isAggregate()).toList();
      return new Query(select, where, RecordColumns.completed(order, by), List.of(), 100, 0);
    }

    /** A decimal as the store writes it. */
    String written(String decimal) {
      return store.stored(new BigDecimal(decimal)).orElseThrow().toPlainString();
    }

    List<String> cast(String name, FieldType type) throws StoreReadException, IOException {
      return answers(
          new Query(
              List.of(new SelectItem("c", new Cast(field(name), type))),
              new Is(columns.require(name).field(), Truth.NOT_NULL),
              columns.total(List.of()),
              List.of(),
              100,
              0));
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  @Test
  void readsEveryTypeAsItWasWritten() throws Exception {
    try (var table = new Filled()) {
      var query =
          new Query(
              table.columns.all(),
              Condition.always(),
              table.columns.total(List.of()),
              List.of(),
              100,
              0);
      assertThat(table.answers(query))
          .containsExactly(
              "-8|null|null|null|null|null|null|null|100%_\\|null",
              "1|5|1.5|"
                  + table.written("1.50")
                  + "|true|2013-01-31|2013-01-31T05:00:00.250Z"
                  + "|00000000-0000-0000-0000-000000000001|UA|{\"a\":[1]}",
              "2|9007199254740993|-0.25|"
                  + table.written("12345678901234567890.1200")
                  + "|false|1969-12-31"
                  + "|1969-12-31T23:59:59.250Z|ffffffff-ffff-ffff-ffff-ffffffffffff|ua|null",
              "3|5|2.5|-0.01|null|null|null|null|ñandú|null",
              "4|-9223372036854775808|null|2|true|2012-02-29|null|null|null|null",
              "5|null|1.0E20|null|false|null|9999-12-31T23:59:59.999999Z|null|🛶|null",
              "6|9223372036854775807|-1.5E-7|1.5|null|null|null"
                  + "|7fffffff-0000-4000-8000-0123456789ab|\uffff|null",
              "7|null|null|null|null|null|null|null||[]");
      table.reader.probe();
    }
  }

  @Test
  void comparesInTheFieldsOwnType() throws Exception {
    try (var table = new Filled()) {
      assertThat(table.ids(table.compare("big", Operator.EQ, "5"))).containsExactly("1", "3");
      assertThat(table.ids(table.compare("big", Operator.NEQ, "5"))).containsExactly("2", "4", "6");
      assertThat(table.ids(table.compare("big", Operator.DISTINCT, "5")))
          .containsExactly("-8", "2", "4", "5", "6", "7");
      assertThat(table.ids(table.compare("big", Operator.GT, "9007199254740992")))
          .containsExactly("2", "6");
      assertThat(table.ids(table.compare("ratio", Operator.LT, "0"))).containsExactly("2", "6");
      assertThat(table.ids(table.compare("price", Operator.EQ, "1.500"))).containsExactly("1", "6");
      assertThat(table.ids(table.compare("price", Operator.LTE, "1.5")))
          .containsExactly("1", "3", "6");
      assertThat(table.ids(table.compare("ok", Operator.EQ, "true"))).containsExactly("1", "4");
      assertThat(table.ids(table.compare("day", Operator.LT, "2012-03-01")))
          .containsExactly("2", "4");
      assertThat(table.ids(table.compare("at", Operator.GTE, "2013-01-31T06:00:00.25+01:00")))
          .containsExactly("1", "5");
      assertThat(
              table.ids(table.compare("ref", Operator.GT, "7fffffff-0000-4000-8000-0123456789aa")))
          .containsExactly("2", "6");
    }
  }

  /** Or UTF-16 would put U+FFFF behind a canoe, and a language its ñ behind the n. */
  @Test
  void comparesStringsByTheirBytes() throws Exception {
    try (var table = new Filled()) {
      assertThat(table.ids(table.compare("note", Operator.GT, "ua")))
          .containsExactly("3", "5", "6");
      assertThat(table.ids(table.compare("note", Operator.GT, "\uffff"))).containsExactly("5");
      assertThat(table.ordered("note", Direction.ASC, Nulls.LAST))
          .containsExactly("7", "-8", "1", "2", "3", "6", "5", "4");
      assertThat(
              table.one(
                  new Aggregate(Function.MIN, table.field("note")),
                  new Aggregate(Function.MAX, table.field("note"))))
          .containsExactly("|🛶");
    }
  }

  @Test
  void knowsThatANullIsNeitherTrueNorFalse() throws Exception {
    try (var table = new Filled()) {
      var five = table.compare("big", Operator.EQ, "5");
      assertThat(table.ids(new Not(five))).containsExactly("2", "4", "6");
      assertThat(table.ids(new Any(List.of(five, new Not(five)))))
          .containsExactly("1", "2", "3", "4", "6");
      assertThat(table.ids(new Not(new Any(List.of(five, table.compare("id", Operator.GT, "0"))))))
          .isEmpty();
      assertThat(table.ids(new Not(new All(List.of(five, table.compare("id", Operator.LT, "0"))))))
          .containsExactly("1", "2", "3", "4", "5", "6", "7");
      assertThat(table.ids(new All(List.of()))).hasSize(8);
      assertThat(table.ids(new Any(List.of()))).isEmpty();
    }
  }

  @Test
  void findsNullsAndTruths() throws Exception {
    try (var table = new Filled()) {
      var ok = table.columns.require("ok").field();
      var doc = table.columns.require("doc").field();
      assertThat(table.ids(new Is(ok, Truth.NULL))).containsExactly("-8", "3", "6", "7");
      assertThat(table.ids(new Is(ok, Truth.UNKNOWN))).containsExactly("-8", "3", "6", "7");
      assertThat(table.ids(new Is(ok, Truth.NOT_NULL))).containsExactly("1", "2", "4", "5");
      assertThat(table.ids(new Is(ok, Truth.TRUE))).containsExactly("1", "4");
      assertThat(table.ids(new Not(new Is(ok, Truth.TRUE))))
          .containsExactly("-8", "2", "3", "5", "6", "7");
      assertThat(table.ids(new Is(ok, Truth.FALSE))).containsExactly("2", "5");
      assertThat(table.ids(new Is(doc, Truth.NOT_NULL))).containsExactly("1", "7");
    }
  }

  @Test
  void findsOneOfAList() throws Exception {
    try (var table = new Filled()) {
      var big = table.columns.require("big").field();
      var values =
          List.of(
              Literal.parse(FieldType.INT64, "5"),
              Literal.parse(FieldType.INT64, "9223372036854775807"));
      assertThat(table.ids(new In(big, values))).containsExactly("1", "3", "6");
      assertThat(table.ids(new Not(new In(big, values)))).containsExactly("2", "4");
      assertThat(table.ids(new In(big, List.of()))).isEmpty();
      assertThat(table.ids(new Not(new In(big, List.of())))).hasSize(8);
    }
  }

  @Test
  void matchesPatterns() throws Exception {
    try (var table = new Filled()) {
      var note = table.columns.require("note").field();
      assertThat(table.ids(new Like(note, "u%", false))).containsExactly("2");
      assertThat(table.ids(new Like(note, "u%", true))).containsExactly("1", "2");
      assertThat(table.ids(new Like(note, "Ñ%", true))).containsExactly("3");
      assertThat(table.ids(new Like(note, "_", false))).containsExactly("5", "6");
      assertThat(table.ids(new Like(note, "%\\%\\_\\\\", false))).containsExactly("-8");
      assertThat(table.ids(new Like(note, "%", false)))
          .containsExactly("-8", "1", "2", "3", "5", "6", "7");
      assertThat(table.ids(new Like(note, "", false))).containsExactly("7");
    }
  }

  @Test
  void takesAValueForAValue() throws Exception {
    var hostile = "'; DROP TABLE flights; --";
    try (var table = new Filled("{\"id\":9,\"note\":\"" + hostile + "\"}")) {
      assertThat(table.ids(table.compare("note", Operator.EQ, hostile))).containsExactly("9");
      assertThat(table.ids(Condition.always())).hasSize(9);
    }
  }

  @Test
  void ordersNullsWhereItIsToldTo() throws Exception {
    try (var table = new Filled()) {
      assertThat(table.ordered("big", Direction.ASC, Nulls.LAST))
          .containsExactly("4", "1", "3", "2", "6", "-8", "5", "7");
      assertThat(table.ordered("big", Direction.ASC, Nulls.FIRST))
          .containsExactly("-8", "5", "7", "4", "1", "3", "2", "6");
      assertThat(table.ordered("big", Direction.DESC, Nulls.FIRST))
          .containsExactly("-8", "5", "7", "6", "2", "1", "3", "4");
      assertThat(table.ordered("big", Direction.DESC, Nulls.LAST))
          .containsExactly("6", "2", "1", "3", "4", "-8", "5", "7");
    }
  }

  /** Also behind a null, and where an equal value is written in another way. */
  @Test
  void goesOnBehindTheLastRowOfAPage() throws Exception {
    try (var table = new Filled()) {
      for (var field : List.of("big", "ratio", "price", "ok", "day", "at", "ref", "note")) {
        for (var direction : Direction.values()) {
          for (var nulls : Nulls.values()) {
            var query =
                table.select(
                    List.of("id", field),
                    Condition.always(),
                    new OrderTerm(table.field(field), direction, nulls));
            var whole = RowText.read(table.reader, query, "|");
            assertThat(whole).hasSize(8);
            for (var size : List.of(1, 3)) {
              assertThat(paged(table, query, size)).as(query.toString()).isEqualTo(whole);
            }
          }
        }
      }
    }
  }

  @Test
  void readsDecimalsOfTheDigitsOfTheirFields() throws Exception {
    try (var table = new Filled(DIGITS, OF_DIGITS)) {
      var expected =
          Map.of(
              "small", List.of("1.5", "-9999999.99", "1.5", "null"),
              "middle", List.of("-0.000001", "999999999999.999999", "0", "null"),
              "whole", List.of("9999999999999999999", "-9999999999999999999", "10", "null"),
              "fine",
                  List.of(
                      "0.000000000000000000000000000001",
                      "9999.999999999999999999999999999999",
                      "-0.5",
                      "null"),
              "part", List.of("0.99999999999999999999999999999999999999", "-0.25", "0", "null"));
      for (var field : expected.entrySet()) {
        var all = table.select(List.of(field.getKey()), Condition.always());
        assertThat(shortest(table.answers(all))).isEqualTo(field.getValue());
        var texts = table.cast(field.getKey(), FieldType.STRING);
        assertThat(shortest(texts)).isEqualTo(field.getValue().subList(0, 3));
        assertThat(texts).noneMatch(text -> text.startsWith(".") || text.startsWith("-."));
      }
      assertThat(table.cast("fine", FieldType.DOUBLE))
          .containsExactly("1.0E-30", "10000.0", "-0.5");
      assertThat(table.cast("part", FieldType.INT32)).containsExactly("1", "0", "0");
    }
  }

  /** Also with numbers that the field cannot have. */
  @Test
  void comparesDecimalsOfFewDigits() throws Exception {
    try (var table = new Filled(DIGITS, OF_DIGITS)) {
      assertThat(table.ids(table.compare("small", Operator.EQ, "1.5000")))
          .containsExactly("1", "3");
      assertThat(table.ids(table.compare("small", Operator.EQ, "1.505"))).isEmpty();
      assertThat(table.ids(table.compare("small", Operator.NEQ, "1.505")))
          .containsExactly("1", "2", "3");
      assertThat(table.ids(table.compare("small", Operator.DISTINCT, "1.505"))).hasSize(4);
      assertThat(table.ids(table.compare("small", Operator.GT, "1.495"))).containsExactly("1", "3");
      assertThat(table.ids(table.compare("small", Operator.GTE, "1.505"))).isEmpty();
      assertThat(table.ids(table.compare("small", Operator.LT, "-9999999.985")))
          .containsExactly("2");
      assertThat(table.ids(table.compare("small", Operator.LTE, "1e40"))).hasSize(3);
      assertThat(table.ids(table.compare("whole", Operator.GT, "9999999999999999998.5")))
          .containsExactly("1");
      assertThat(table.ids(table.compare("fine", Operator.GT, "0"))).containsExactly("1", "2");
      assertThat(table.ids(table.compare("fine", Operator.GT, "1.5e-30"))).containsExactly("2");
      assertThat(table.ids(table.compare("part", Operator.LT, "1"))).containsExactly("1", "2", "3");
      var small = table.columns.require("small").field();
      var values =
          Stream.of("1.5", "1.505", "1e30")
              .map(text -> Literal.parse(FieldType.DECIMAL, text))
              .toList();
      assertThat(table.ids(new In(small, values))).containsExactly("1", "3");
      assertThat(table.ids(new Not(new In(small, values)))).containsExactly("2");
    }
  }

  @Test
  void goesOnBehindADecimalOfFewDigits() throws Exception {
    try (var table = new Filled(DIGITS, OF_DIGITS)) {
      for (var field : List.of("small", "middle", "whole", "fine", "part")) {
        for (var direction : Direction.values()) {
          var query =
              table.select(
                  List.of("id", field),
                  Condition.always(),
                  new OrderTerm(table.field(field), direction, Nulls.LAST));
          var whole = RowText.read(table.reader, query, "|");
          assertThat(whole).hasSize(4);
          assertThat(paged(table, query, 1)).as(query.toString()).isEqualTo(whole);
        }
      }
    }
  }

  @Test
  void addsDecimalsOfTheDigitsOfTheirFields() throws Exception {
    try (var table = new Filled(DIGITS, OF_DIGITS)) {
      assertThat(
              shortest(aggregates(table, Function.SUM, "small", "middle", "whole", "fine", "part")))
          .containsExactly(
              "-9999996.99",
              "999999999999.999998",
              "10",
              "9999.5",
              "0.74999999999999999999999999999999999999");
      assertThat(shortest(aggregates(table, Function.MAX, "small", "fine")))
          .containsExactly("1.5", "9999.999999999999999999999999999999");
      assertThat(shortest(aggregates(table, Function.AVG, "fine", "part")))
          .containsExactly("3333.166666666666666666666666666667", "0.25");
    }
  }

  /** Of all rows. */
  private static List<String> aggregates(Filled table, Function function, String... fields)
      throws Exception {
    var row =
        table.one(
            Arrays.stream(fields)
                .map(field -> new Aggregate(function, table.field(field)))
                .toArray(Expression[]::new));
    return List.of(row.getFirst().split("\\|"));
  }

  private static List<String> paged(Filled table, Query whole, int size) throws Exception {
    var found = new ArrayList<String>();
    var query = whole.withLimit(size);
    while (true) {
      var page = RowText.read(table.reader, query, "|");
      found.addAll(page);
      if (page.size() < size) {
        return found;
      }
      assertThat(table.reader.count(query)).isEqualTo(table.reader.count(whole));
      query = query.startingAfter(last(table, query));
    }
  }

  /** The ordered values of a page's last row. */
  private static List<@Nullable Literal> last(Filled table, Query query) throws Exception {
    var last = new ArrayList<@Nullable Literal>();
    table.reader.read(
        query,
        row -> {
          last.clear();
          for (var term : query.order()) {
            last.add(literal(row, query.columns().indexOf(term.expression()), term.expression()));
          }
        });
    return last;
  }

  private static @Nullable Literal literal(ResultRow row, int column, Expression expression) {
    var text = RowText.value(row, column, expression);
    return row.isNull(column) ? null : Literal.parse(expression.type(), text);
  }

  @Test
  void passesOverAnOffset() throws Exception {
    try (var table = new Filled()) {
      var all = table.select(List.of("id"), Condition.always());
      var query = new Query(all.select(), all.where(), all.order(), List.of(), 3, 2);
      assertThat(table.answers(query)).containsExactly("2", "3", "4");
      assertThat(table.reader.count(query)).isEqualTo(8);
      assertThat(table.answers(all.withLimit(0))).isEmpty();
    }
  }

  @Test
  void aggregatesInTypesThatHoldTheResult() throws Exception {
    try (var table = new Filled("{\"id\":2147483647}", "{\"id\":2147483646}")) {
      assertThat(
              table.one(
                  new Aggregate(Function.COUNT, null),
                  new Aggregate(Function.COUNT, table.field("big")),
                  new Aggregate(Function.COUNT, table.field("doc")),
                  new Aggregate(Function.SUM, table.field("id")),
                  new Aggregate(Function.SUM, table.field("price")),
                  new Aggregate(Function.MIN, table.field("day")),
                  new Aggregate(Function.MAX, table.field("at")),
                  new Aggregate(Function.MIN, table.field("price"))))
          .containsExactly(
              "10|5|2|4294967313|"
                  + table.written("12345678901234567895.1100")
                  + "|1969-12-31"
                  + "|9999-12-31T23:59:59.999999Z|-0.01");
      var positive = table.compare("big", Operator.GT, "6");
      assertThat(
              table.grouped(positive, List.of(), new Aggregate(Function.SUM, table.field("big"))))
          .containsExactly("9232379236109516800");
      var halves = table.compare("ratio", Operator.GT, "1");
      assertThat(
              table.grouped(
                  new All(List.of(halves, table.compare("ratio", Operator.LT, "3"))),
                  List.of(),
                  new Aggregate(Function.SUM, table.field("ratio")),
                  new Aggregate(Function.AVG, table.field("ratio"))))
          .containsExactly("4.0|2.0");
    }
  }

  @Test
  void answersOneRowForAllOfNothingAndNoneForGroupsOfNothing() throws Exception {
    try (var table = new Filled()) {
      var none = new Any(List.of());
      assertThat(
              table.grouped(
                  none,
                  List.of(),
                  new Aggregate(Function.COUNT, null),
                  new Aggregate(Function.SUM, table.field("big")),
                  new Aggregate(Function.MAX, table.field("note"))))
          .containsExactly("0|null|null");
      var query =
          table.groups(none, List.of(), table.field("ok"), new Aggregate(Function.COUNT, null));
      assertThat(table.answers(query)).isEmpty();
      assertThat(table.reader.count(query)).isZero();
    }
  }

  @Test
  void averagesExactly() throws Exception {
    try (var table = new Filled()) {
      var average = new Aggregate(Function.AVG, table.field("id"));
      var found =
          new BigDecimal(
              table.grouped(table.compare("id", Operator.GT, "4"), List.of(), average).getFirst());
      assertThat(found).isEqualByComparingTo("6");
      var third =
          new BigDecimal(
              table
                  .grouped(
                      new In(
                          table.columns.require("id").field(),
                          List.of(
                              new Literal(FieldType.INT32, 1),
                              new Literal(FieldType.INT32, 2),
                              new Literal(FieldType.INT32, 7))),
                      List.of(),
                      average)
                  .getFirst());
      assertThat(third.subtract(new BigDecimal("3.33333333333333333333")).abs())
          .isLessThan(new BigDecimal("1e-14"));
    }
  }

  @Test
  void groupsNullsTogetherAndEqualNumbersWhateverTheirZeros() throws Exception {
    try (var table = new Filled()) {
      var count = new Aggregate(Function.COUNT, null);
      assertThat(
              table.grouped(
                  Condition.always(),
                  List.of(
                      new OrderTerm(count, Direction.DESC, Nulls.LAST),
                      OrderTerm.ascending(table.field("ok"))),
                  table.field("ok"),
                  count))
          .containsExactly("null|4", "false|2", "true|2");
      var byPrice =
          table.groups(
              table.compare("price", Operator.EQ, "1.5"), List.of(), table.field("price"), count);
      assertThat(table.answers(byPrice)).singleElement().asString().endsWith("|2");
      var query = table.groups(Condition.always(), List.of(), table.field("ok"), count);
      assertThat(table.reader.count(query)).isEqualTo(3);
      for (var nulls : Nulls.values()) {
        var byMax =
            table.groups(
                Condition.always(),
                List.of(
                    new OrderTerm(
                        new Aggregate(Function.MAX, table.field("day")), Direction.DESC, nulls)),
                table.field("ok"),
                count);
        assertThat(paged(table, byMax, 1)).isEqualTo(table.answers(byMax)).hasSize(3);
      }
    }
  }

  @Test
  void castsToTextAsTheDocumentationSays() throws Exception {
    try (var table = new Filled()) {
      assertThat(table.cast("id", FieldType.STRING))
          .containsExactly("-8", "1", "2", "3", "4", "5", "6", "7");
      assertThat(table.cast("ratio", FieldType.STRING))
          .containsExactly("1.5", "-0.25", "2.5", "1e+20", "-1.5e-07");
      assertThat(table.cast("price", FieldType.STRING))
          .containsExactly(
              table.written("1.50"),
              table.written("12345678901234567890.1200"),
              table.written("-0.01"),
              table.written("2"),
              table.written("1.5"));
      assertThat(table.cast("ok", FieldType.STRING))
          .containsExactly("true", "false", "true", "false");
      assertThat(table.cast("day", FieldType.STRING))
          .containsExactly("2013-01-31", "1969-12-31", "2012-02-29");
      assertThat(table.cast("at", FieldType.STRING))
          .containsExactly(
              "2013-01-31 05:00:00.25+00",
              "1969-12-31 23:59:59.25+00",
              "9999-12-31 23:59:59.999999+00");
      assertThat(table.cast("ref", FieldType.STRING))
          .contains("7fffffff-0000-4000-8000-0123456789ab");
      assertThat(table.cast("note", FieldType.STRING)).contains("ñandú");
    }
  }

  @Test
  void castsNumbersAndTimes() throws Exception {
    try (var table = new Filled("{\"id\":9,\"price\":2.5}", "{\"id\":10,\"price\":-3.5}")) {
      assertThat(table.cast("id", FieldType.DOUBLE)).startsWith("-8.0", "1.0");
      assertThat(table.cast("id", FieldType.DECIMAL)).startsWith("-8", "1");
      assertThat(table.cast("big", FieldType.DECIMAL)).contains("9007199254740993");
      assertThat(table.cast("price", FieldType.DOUBLE)).contains("1.5", "-0.01");
      assertThat(table.cast("day", FieldType.TIMESTAMP)).contains("1969-12-31T00:00:00Z");
      assertThat(table.cast("at", FieldType.DATE))
          .containsExactly("2013-01-31", "1969-12-31", "9999-12-31");
      var toWhole =
          new Query(
              List.of(
                  new SelectItem("price", new Cast(table.field("price"), FieldType.INT32)),
                  new SelectItem("ratio", new Cast(table.field("ratio"), FieldType.INT64))),
              new All(
                  List.of(
                      table.compare("price", Operator.LT, "10"),
                      table.compare("price", Operator.NEQ, "1.5"))),
              table.columns.total(List.of()),
              List.of(),
              10,
              0);
      // Decimals round away from zero, doubles to the even neighbour.
      assertThat(table.answers(toWhole)).containsExactly("0|2", "2|null", "3|null", "-4|null");
    }
  }

  @Test
  void saysThatAValueCannotBeComputed() throws Exception {
    try (var table = new Filled("{\"id\":9,\"ratio\":1e308}", "{\"id\":10,\"ratio\":1e308}")) {
      for (var impossible :
          List.of(
              table.groups(
                  Condition.always(), List.of(), new Aggregate(Function.SUM, table.field("ratio"))),
              new Query(
                  List.of(new SelectItem("c", new Cast(table.field("big"), FieldType.INT32))),
                  Condition.always(),
                  table.columns.total(List.of()),
                  List.of(),
                  100,
                  0))) {
        assertThatThrownBy(() -> table.reader.read(impossible, row -> {}))
            .isInstanceOfSatisfying(
                StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IMPOSSIBLE))
            .hasMessageContaining("out of range");
      }
      table.reader.probe();
    }
  }

  @Test
  void stopsReadingWhenTheSinkHasEnough() throws Exception {
    try (var table = new Filled()) {
      var all = table.select(List.of("id"), Condition.always());
      for (var run = 0; run < 30; run++) {
        assertThatThrownBy(
                () ->
                    table.reader.read(
                        all,
                        row -> {
                          throw new IOException("enough");
                        }))
            .hasMessage("enough");
      }
      assertThat(table.answers(all)).hasSize(8);
    }
  }
}
