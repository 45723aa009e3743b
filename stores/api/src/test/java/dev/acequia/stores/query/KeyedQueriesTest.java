package dev.acequia.stores.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyedQueriesTest {
  private static final PipelineDefinition DEFINITION = definition(LoadMode.UPSERT);
  private static final RecordColumns COLUMNS = RecordColumns.of(DEFINITION);
  private static final KeyedQueries QUERIES = KeyedQueries.of(DEFINITION).orElseThrow();

  private static PipelineDefinition definition(LoadMode mode) {
    return definition(
        mode, new KeyIndex("by-status", "status", "at"), new KeyIndex("by-day", "day", null));
  }

  private static PipelineDefinition definition(LoadMode mode, KeyIndex... indexes) {
    return new PipelineDefinition(
        "ops",
        "orders",
        null,
        new Schema(
            List.of("customer", "day", "id"),
            List.of(
                new Field("customer", FieldType.STRING, true, null),
                new Field("day", FieldType.DATE, true, null),
                new Field("id", FieldType.INT64, true, null),
                new Field("status", FieldType.STRING, true, null),
                new Field("at", FieldType.TIMESTAMP, true, null),
                new Field("carrier", FieldType.STRING, true, null),
                new Field("price", FieldType.DECIMAL, true, null),
                new Field("late", FieldType.BOOLEAN, true, null),
                new Field("note", FieldType.STRING, false, null)),
            UnknownFields.REJECT),
        new TopicDefinition("ops.orders", "Vkzx5VNgS4uCd8_jwZ0aOg", 6, "ops.orders.dlq"),
        new StoreDefinition.DynamoDb(
            "orders", "us-west-2", null, List.of(indexes), null, true, null),
        mode,
        1000,
        0.05,
        null);
  }

  private static Condition where(String... filters) {
    return new All(
        Arrays.stream(filters)
            .<Condition>map(
                filter -> {
                  var parts = filter.split(" ", 3);
                  var field = COLUMNS.require(parts[0]).field();
                  return new Comparison(
                      field, Operator.valueOf(parts[1]), Literal.parse(field.type(), parts[2]));
                })
            .toList());
  }

  private static OrderTerm order(String field, Direction direction) {
    return new OrderTerm(COLUMNS.require(field), direction, Nulls.LAST);
  }

  private static KeyedQuery plan(Condition where, OrderTerm... order) {
    return QUERIES.plan(
        new Query(COLUMNS.all(), where, QUERIES.total(List.of(order), where), List.of(), 100, 0));
  }

  private static void refuses(String message, Condition where, OrderTerm... order) {
    assertThatThrownBy(() -> plan(where, order))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining(message);
  }

  @Test
  void findsARecordByItsKey() {
    var plan = plan(where("customer EQ a", "day EQ 2013-01-31", "id EQ 7"));
    assertThat(plan.index()).isNull();
    assertThat(plan.isOfOne()).isTrue();
  }

  @Test
  void findsRecordsByTheFirstFieldsOfTheirKeyInItsOrder() {
    var plan = plan(where("customer EQ a", "day GTE 2013-01-01", "day LT 2013-02-01"));
    assertThat(plan.isOfOne()).isFalse();
    assertThat(plan.from()).isNotNull().matches(KeyedQuery.Bound::inclusive);
    assertThat(plan.to()).isNotNull().matches(bound -> !bound.inclusive());
    assertThat(plan.descending()).isFalse();
    assertThat(plan(where("customer EQ a"), order("day", Direction.DESC)).descending()).isTrue();
    assertThat(plan(where("customer EQ a", "day EQ 2013-01-31", "id GT 7")).prefix()).hasSize(1);
  }

  @Test
  void findsRecordsByAnIndexInItsOrder() {
    var where = where("status EQ late", "at GT 2013-01-01");
    var plan = plan(where, order("at", Direction.DESC));
    assertThat(plan.index()).extracting(KeyIndex::name).isEqualTo("by-status");
    assertThat(plan.descending()).isTrue();
    assertThat(QUERIES.total(List.of(), where))
        .extracting(term -> ((Expression.Value) term.expression()).field().name())
        .containsExactly("at", "customer", "day", "id");
    assertThat(plan(where("day EQ 2013-01-31")).index())
        .extracting(KeyIndex::name)
        .isEqualTo("by-day");
  }

  @Test
  void takesTheIndexThatHasTheOrderThoughAnotherFindsTheSame() {
    var definition =
        definition(
            LoadMode.UPSERT,
            new KeyIndex("by-status", "status", null),
            new KeyIndex("by-status-id", "status", "id"));
    var queries = KeyedQueries.of(definition).orElseThrow();
    var where = where("status EQ late");
    var plan =
        queries.plan(
            new Query(
                COLUMNS.all(),
                where,
                queries.total(List.of(order("id", Direction.DESC)), where),
                List.of(),
                10,
                0));
    assertThat(plan.index()).extracting(KeyIndex::name).isEqualTo("by-status-id");
    assertThat(plan.descending()).isTrue();
  }

  @Test
  void refusesAnOrderThatIndexAndKeyDoNotHave() {
    refuses("in the order of at", where("status EQ late"), order("id", Direction.ASC));
    refuses("has no order", where("day EQ 2013-01-31"), order("id", Direction.ASC));
    refuses(
        "all ascending or all descending",
        where("customer EQ a"),
        order("day", Direction.ASC),
        order("id", Direction.DESC));
  }

  @Test
  void namesTheIndexThatWouldHelp() {
    refuses(
        "Declare an index in spec.store.dynamodb.indexes: {name: by-carrier-at, hash: carrier, range: at}",
        where("carrier EQ x", "at GT 2013-01-01"));
    refuses("{name: by-id, hash: id}", where("id EQ 7"));
    refuses(
        "{name: by-carrier-price, hash: carrier, range: price}",
        where("carrier EQ x", "price EQ 1"));
    refuses(
        "{name: by-day-at, hash: day, range: at}", where("day EQ 2013-01-31", "at GT 2013-01-01"));
  }

  @Test
  void namesNoIndexThatCannotBeOrDoesNotHelp() {
    var late = plannedRefusal(where("late EQ true"));
    assertThat(late).doesNotContain("Declare").contains("required and neither boolean nor json");
    assertThat(plannedRefusal(where("note EQ x"))).doesNotContain("Declare");
    assertThat(plannedRefusal(where("status EQ late", "at GT 2013-01-01", "note EQ x")))
        .contains(
            "the index by-status (status, at) serves these filters without the filter on 'note'");
    assertThat(plannedRefusal(where("status EQ late", "at EQ 2013-01-01", "at GT 2012-01-01")))
        .contains("without the filter on 'at'");
    assertThat(plannedRefusal(where("carrier EQ x", "price EQ 1", "at GT 2013-01-01")))
        .contains("leave out the filter on 'price', and declare")
        .contains("{name: by-carrier-at, hash: carrier, range: at}");
  }

  private static String plannedRefusal(Condition where) {
    return String.valueOf(
        catchThrowableOfType(InvalidQueryException.class, () -> plan(where)).getMessage());
  }

  @Test
  void namesTheIndexThatHasAnOrder() {
    refuses(
        "declare an index in spec.store.dynamodb.indexes: {name: by-status-price, hash: status, range: price}",
        where("status EQ late"),
        order("price", Direction.DESC));
    assertThatThrownBy(() -> plan(where("status EQ late"), order("note", Direction.DESC)))
        .message()
        .contains("in the order of at")
        .doesNotContain("declare");
    assertThatThrownBy(
            () -> plan(where("status EQ late", "at GT 2013-01-01"), order("price", Direction.DESC)))
        .message()
        .doesNotContain("declare");
  }

  @Test
  void givesAnExampleThatIsAnswered() {
    assertThat(QUERIES.example()).contains("customer=eq.value");
    assertThat(KeyedQueries.of(definition(LoadMode.APPEND)).orElseThrow().example())
        .contains("status=eq.value");
  }

  @Test
  void refusesWhatReadsAllOfATable() {
    refuses("reads no table whole", Condition.always());
    refuses("by one value of a field", where("at GT 2013-01-01"));
    refuses("does not take the filter on 'status'", where("status NEQ late"));
    refuses("does not take or", new Condition.Any(List.of(where("status EQ late"))));
  }

  @Test
  void refusesAggregatesAndOffsets() {
    var where = where("status EQ late");
    var count =
        new Query(
            List.of(
                new SelectItem(
                    "count", new Expression.Aggregate(Expression.Aggregate.Function.COUNT, null))),
            where,
            List.of(),
            List.of(),
            1,
            0);
    assertThatThrownBy(() -> QUERIES.plan(count)).hasMessageContaining("does not aggregate");
    var offset = new Query(COLUMNS.all(), where, QUERIES.total(List.of(), where), List.of(), 10, 5);
    assertThatThrownBy(() -> QUERIES.plan(offset)).hasMessageContaining("instead of offset");
  }

  @Test
  void inAppendModeOnlyIndexesFindRecords() {
    var queries = KeyedQueries.of(definition(LoadMode.APPEND)).orElseThrow();
    var where = where("customer EQ a");
    assertThatThrownBy(() -> queries.total(List.of(), where))
        .hasMessageContaining("{name: by-customer, hash: customer}");
  }
}
