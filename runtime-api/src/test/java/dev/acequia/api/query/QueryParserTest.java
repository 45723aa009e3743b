package dev.acequia.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.QueryString;
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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParserTest {
  private static final RecordColumns COLUMNS = RecordColumns.of(definition(LoadMode.UPSERT));
  private static final QueryParser PARSER = new QueryParser(COLUMNS, 100);

  static PipelineDefinition definition(LoadMode mode) {
    return new PipelineDefinition(
        "ops",
        "flights",
        null,
        new Schema(
            List.of("carrier", "flight"),
            List.of(
                new Field("carrier", FieldType.STRING, true, null),
                new Field("flight", FieldType.INT32, true, null),
                new Field("origin", FieldType.STRING, false, null),
                new Field("dep_delay", FieldType.DOUBLE, false, null),
                new Field("late", FieldType.BOOLEAN, false, null),
                new Field("extra", FieldType.JSON, false, null)),
            UnknownFields.REJECT),
        new TopicDefinition("ops.flights", "id", 1, "ops.flights.dlq"),
        new StoreDefinition.Postgres("ops", "flights"),
        mode,
        100,
        0.05,
        null);
  }

  private static Query parse(String raw) {
    return PARSER.parse(QueryString.parse(raw)).query();
  }

  private static Field field(String name) {
    return COLUMNS.require(name).field();
  }

  private static Comparison origin(Operator operator, String value) {
    return new Comparison(field("origin"), operator, new Literal(FieldType.STRING, value));
  }

  private static Condition only(String raw) {
    return ((All) parse(raw).where()).conditions().getFirst();
  }

  @Test
  void asksForAFullPageOfEverythingByDefault() {
    var query = parse("");

    assertThat(query.select()).isEqualTo(COLUMNS.all());
    assertThat(query.where()).isEqualTo(Condition.always());
    assertThat(query.order())
        .containsExactly(
            OrderTerm.ascending(COLUMNS.require("carrier")),
            OrderTerm.ascending(COLUMNS.require("flight")));
    assertThat(query.limit()).isEqualTo(100);
  }

  @Test
  void readsEveryOperator() {
    assertThat(only("origin=eq.JFK")).isEqualTo(origin(Operator.EQ, "JFK"));
    assertThat(only("origin=neq.")).isEqualTo(origin(Operator.NEQ, ""));
    assertThat(only("origin=gt.a.b")).isEqualTo(origin(Operator.GT, "a.b"));
    assertThat(only("origin=not.lte.x")).isEqualTo(new Not(origin(Operator.LTE, "x")));
    assertThat(only("origin=is.null")).isEqualTo(new Is(field("origin"), Is.Truth.NULL));
    assertThat(only("late=not.is.TRUE")).isEqualTo(new Not(new Is(field("late"), Is.Truth.TRUE)));
    assertThat(only("origin=like.J*_")).isEqualTo(new Like(field("origin"), "J%_", false));
    assertThat(only("origin=ilike.%25k")).isEqualTo(new Like(field("origin"), "%k", true));
    assertThat(only("origin=in.(JFK,\"a,\\\"b)\",)"))
        .isEqualTo(
            new In(
                field("origin"),
                List.of(
                    new Literal(FieldType.STRING, "JFK"),
                    new Literal(FieldType.STRING, "a,\"b)"),
                    new Literal(FieldType.STRING, ""))));
    assertThat(only("flight=in.()")).isEqualTo(new In(field("flight"), List.of()));
  }

  @Test
  void holdsFiltersTogetherEvenOnOneField() {
    assertThat(((All) parse("origin=gte.a&flight=eq.1&origin=lt.b").where()).conditions())
        .hasSize(3);
  }

  @Test
  void readsNestedConditions() {
    assertThat(
            only("or=(origin.eq.JFK,not.and(origin.gt.\"a,b\",flight.not.in.(1,2)),late.is.true)"))
        .isEqualTo(
            new Any(
                List.of(
                    origin(Operator.EQ, "JFK"),
                    new Not(
                        new All(
                            List.of(
                                origin(Operator.GT, "a,b"),
                                new Not(
                                    new In(
                                        field("flight"),
                                        List.of(
                                            new Literal(FieldType.INT32, 1),
                                            new Literal(FieldType.INT32, 2))))))),
                    new Is(field("late"), Is.Truth.TRUE))));
  }

  @Test
  void readsColumnsNamesAndAggregates() {
    assertThat(parse("select=o:origin,flight").select())
        .containsExactly(
            new SelectItem("o", COLUMNS.require("origin")),
            new SelectItem("flight", COLUMNS.require("flight")));

    var grouped = parse("select=origin,mean:dep_delay.avg(),count()&order=count.desc");
    assertThat(grouped.select())
        .containsExactly(
            new SelectItem("origin", COLUMNS.require("origin")),
            new SelectItem("mean", new Aggregate(Function.AVG, COLUMNS.require("dep_delay"))),
            new SelectItem("count", new Aggregate(Function.COUNT, null)));
    assertThat(grouped.order())
        .containsExactly(
            new OrderTerm(new Aggregate(Function.COUNT, null), Direction.DESC, Nulls.FIRST),
            OrderTerm.ascending(COLUMNS.require("origin")));
    assertThat(parse("select=count()").order()).isEmpty();
  }

  @Test
  void readsCastsInsideAndOutsideOfAggregates() {
    var asText = new Cast(COLUMNS.require("dep_delay"), FieldType.STRING);
    assertThat(parse("select=dep_delay::text,d:dep_delay::int4").select())
        .containsExactly(
            new SelectItem("dep_delay", asText),
            new SelectItem("d", new Cast(COLUMNS.require("dep_delay"), FieldType.INT32)));
    assertThat(parse("select=max:dep_delay::text.max(),flight.sum()::string").select())
        .containsExactly(
            new SelectItem("max", new Aggregate(Function.MAX, asText)),
            new SelectItem(
                "sum",
                new Cast(
                    new Aggregate(Function.SUM, COLUMNS.require("flight")), FieldType.STRING)));
    assertThat(parse("select=count()::text").grouped()).isTrue();
  }

  @Test
  void ordersGroupsByAggregatesSelectedOrNot() {
    var count = new OrderTerm(new Aggregate(Function.COUNT, null), Direction.DESC, Nulls.FIRST);
    assertThat(parse("select=origin,count()&order=count().desc").order().getFirst())
        .isEqualTo(count);
    assertThat(parse("select=origin,n:count()&order=n.desc").order().getFirst()).isEqualTo(count);
    assertThat(
            parse("select=origin,n:count()&order=dep_delay.avg().nullsfirst,origin.desc").order())
        .containsExactly(
            new OrderTerm(
                new Aggregate(Function.AVG, COLUMNS.require("dep_delay")),
                Direction.ASC,
                Nulls.FIRST),
            new OrderTerm(COLUMNS.require("origin"), Direction.DESC, Nulls.FIRST));
  }

  @Test
  void readsListsOfOperandsAndTheDistinctionOfNulls() {
    assertThat(only("origin=like(any).{J*,\"a,b\"}"))
        .isEqualTo(
            new Any(
                List.of(
                    new Like(field("origin"), "J%", false),
                    new Like(field("origin"), "a,b", false))));
    assertThat(only("or=(origin.not.neq(all).{a,b}, origin.isdistinct.c )"))
        .isEqualTo(
            new Any(
                List.of(
                    new Not(new All(List.of(origin(Operator.NEQ, "a"), origin(Operator.NEQ, "b")))),
                    origin(Operator.DISTINCT, "c "))));
  }

  @Test
  void takesAnAsteriskBehindABackslashForItself() {
    assertThat(only("origin=like.a%5C*b*%5C%5C*"))
        .isEqualTo(new Like(field("origin"), "a\\*b%\\\\%", false));
  }

  @Test
  void readsOrdersAndCompletesThemByTheKey() {
    assertThat(parse("order=dep_delay.desc.nullslast,flight.asc").order())
        .containsExactly(
            new OrderTerm(COLUMNS.require("dep_delay"), Direction.DESC, Nulls.LAST),
            new OrderTerm(COLUMNS.require("flight"), Direction.ASC, Nulls.LAST),
            OrderTerm.ascending(COLUMNS.require("carrier")));
    assertThat(parse("order=dep_delay.desc").order().getFirst().nulls()).isEqualTo(Nulls.FIRST);
  }

  @Test
  void boundsThePage() {
    assertThat(parse("limit=7").limit()).isEqualTo(7);
    assertThat(parse("limit=0").limit()).isZero();
    assertThat(parse("limit=999999999").limit()).isEqualTo(100);
    assertThat(parse("offset=10000").offset()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "colour=eq.red",
        "Origin=eq.x",
        "_offset=eq.1",
        "origin=JFK",
        "origin=",
        "origin",
        "=",
        "origin=eq",
        "origin=not.not.eq.x",
        "origin=fts.x",
        "origin=in(any).{a}",
        "origin=eq(some).{a}",
        "origin=eq(any).a",
        "origin=eq(any).{a",
        "origin=(any).{a}",
        "origin=eq(any)",
        "flight=gt(all).{1,x}",
        "origin=like.a%5C",
        "flight=eq.x",
        "flight=eq.1;DROP TABLE x",
        "flight=eq.3000000000",
        "flight=like.1*",
        "flight=is.true",
        "flight=in.(1,x)",
        "flight=in.1,2",
        "flight=in.(",
        "origin=in.(\"a)",
        "origin=in.(\"a\"b)",
        "origin=eq.%00",
        "origin=like.%00",
        "extra=eq.{}",
        "select=",
        "select=origin,",
        "select=origin::int32",
        "select=origin::colour",
        "select=origin::",
        "select=::text",
        "select=late::int32",
        "select=flight::text::int32",
        "select=flight::text.sum()",
        "select=flight.sum().text",
        "select=*::text",
        "order=count()",
        "order=flight.sum().desc",
        "select=origin,count()&order=flight.sum().up",
        "select=origin,count()&order=origin.sum()",
        "select=origin,origin",
        "select=colour",
        "select=colour.avg()",
        "select=origin.avg()",
        "select=avg()",
        "select=flight.median()",
        "select=x:*",
        "select=extra,count()",
        "select=origin,count()&order=carrier",
        "select=a%00b:origin",
        "select=*&select=*",
        "order=colour",
        "order=origin.up",
        "order=origin.desc.nullslast.x",
        "order=origin,origin.desc",
        "order=,",
        "order=extra",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1e3",
        "limit=99999999999",
        "offset=10001",
        "offset=-1",
        "cursor=x",
        "cursor=",
        "cursor=W10",
        "cursor=bnVsbA",
        "and=",
        "and=()",
        "or=(origin.eq.a",
        "or=(origin.eq.a)x",
        "or=(origin.eq.a,)",
        "or=(origin)",
        "or=(origin.eq)",
        "or=(colour.eq.a)",
        "or=(origin.in.(a)",
        "or=origin.eq.a",
      })
  void refusesWhatItDoesNotUnderstand(String raw) {
    assertThatThrownBy(() -> parse(raw))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(InvalidQueryException.class),
            e -> assertThat(e).isInstanceOf(dev.acequia.api.http.ProblemException.class))
        .message()
        .isNotBlank();
  }

  @Test
  void namesTheUnknownParameter() {
    assertThatThrownBy(() -> parse("carrier=eq.UA&colour=eq.red")).hasMessageContaining("'colour'");
  }

  /** The store's query knows no language; only the parser can say how to write it. */
  @Test
  void saysHowToWriteAnAggregate() {
    assertThatThrownBy(() -> parse("select=sum()"))
        .hasMessage("sum() needs a field: write field.sum()");
  }

  @Test
  void boundsNesting() {
    assertThatThrownBy(() -> parse("or=" + "(or".repeat(1000) + "(flight.eq.1)" + ")".repeat(1000)))
        .hasMessageContaining("deep");
  }

  @Test
  void answersEveryMutilatedQueryInTime() {
    var seeds =
        List.of(
            "select=origin,mean:dep_delay.avg(),count()&order=mean.desc.nullslast&limit=5",
            "or=(origin.eq.\"J\\\"FK\",and(flight.gt.1,late.is.true))&origin=in.(a,\"b,c\")",
            "origin=not.ilike.*J_F%25&dep_delay=gte.-1.5e3&offset=9&cursor=WyJhIiwxLG51bGxd");
    var random = new Random(7);
    var signs = "().,:*\"\\%=&'; -aeqnot19\0ñ🛶";
    for (var i = 0; i < 20_000; i++) {
      var text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
      for (var changes = random.nextInt(6); changes >= 0; changes--) {
        var at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, signs.charAt(random.nextInt(signs.length())));
          default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 9)));
        }
      }
      try {
        parse(text.toString());
      } catch (InvalidQueryException | dev.acequia.api.http.ProblemException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      }
    }
  }
}
