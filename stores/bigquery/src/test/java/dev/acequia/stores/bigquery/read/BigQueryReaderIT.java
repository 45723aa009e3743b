package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.Schema;
import com.google.cloud.bigquery.StandardTableDefinition;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.servers.bigquery.Faults;
import dev.acequia.servers.bigquery.Faults.Fault;
import dev.acequia.servers.bigquery.LocalBigQuery;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.Expression.Cast;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RowText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading beyond the contract: pages of the service, costs, failures, and texts of numbers. */
class BigQueryReaderIT {
  private static final ReaderLimits LIMITS =
      new ReaderLimits(Duration.ofSeconds(10), 1 << 20, 3, 2, Duration.ofSeconds(3));

  private static final ReaderLimits HASTY =
      new ReaderLimits(Duration.ofSeconds(1), 1 << 20, 3, 2, Duration.ofSeconds(3));

  private static final Field ID = new Field("id", FieldType.INT64, true, null);
  private static final Field NAME = new Field("name", FieldType.STRING, false, null);
  private static final Field RATIO = new Field("ratio", FieldType.DOUBLE, false, null);
  private static final Field AT = new Field("at", FieldType.TIMESTAMP, false, null);

  /** Of its own, since faults meet all that is asked. */
  private static final LocalBigQuery SERVER = LocalBigQuery.start();

  private final ReadFixture fixture = new ReadFixture(SERVER);

  @AfterAll
  static void close() {
    SERVER.close();
  }

  @AfterEach
  void endFaults() {
    SERVER.faults(Faults.NONE);
  }

  private PipelineDefinition filled(LoadMode mode, Field... fields) throws Exception {
    var definition =
        Pipelines.definition(
            fixture.definition("flights"),
            Pipelines.schema(List.of("id"), fields),
            mode,
            UUID.randomUUID(),
            1,
            null);
    ReadFixture.migrate(definition);
    return definition;
  }

  private static void add(PipelineDefinition definition, String... records) throws Exception {
    ReadFixture.store(
        definition,
        (batch, offset) -> {
          for (var i = 0; i < records.length; i++) {
            batch.add(row(definition, records[i]), new Arrival().from(1, 0, offset + i));
          }
        });
  }

  private static Row row(PipelineDefinition definition, String record) throws Exception {
    var row = new Row(definition.schema());
    var json = record.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(definition.schema()).decode(json, 0, json.length, row);
    return row;
  }

  /** Ten of them. */
  private PipelineDefinition numbered(LoadMode mode) throws Exception {
    var definition = filled(mode, ID, NAME);
    var records = new ArrayList<String>();
    for (var id = 0; id < 10; id++) {
      records.add("{\"id\":%d,\"name\":\"n%d\"}".formatted(id, id));
    }
    add(definition, records.toArray(String[]::new));
    return definition;
  }

  private static StoreDefinition.BigQuery store(PipelineDefinition definition) {
    return (StoreDefinition.BigQuery) definition.store();
  }

  private static BigQueryReader reader(PipelineDefinition definition, ReaderLimits limits) {
    return reader(definition, store(definition), limits);
  }

  private static BigQueryReader reader(
      PipelineDefinition definition, StoreDefinition.BigQuery store, ReaderLimits limits) {
    return new BigQueryReader(definition, store, BigQueryReader.calls(store, Map.of()), limits);
  }

  private static Query all(PipelineDefinition definition) {
    var columns = RecordColumns.of(definition);
    return new Query(
        columns.all(), Condition.always(), columns.total(List.of()), List.of(), 100, 0);
  }

  private static Query query(PipelineDefinition definition, Condition where, Expression... select) {
    var items = new ArrayList<SelectItem>();
    for (var expression : select) {
      items.add(new SelectItem("c" + items.size(), expression));
    }
    var isGrouped = Arrays.stream(select).anyMatch(Expression::isAggregate);
    var order =
        isGrouped
            ? RecordColumns.completed(
                List.of(), Arrays.stream(select).filter(each -> !each.isAggregate()).toList())
            : RecordColumns.of(definition).total(List.of());
    return new Query(items, where, order, List.of(), 100, 0);
  }

  private static Condition compare(
      PipelineDefinition definition, String name, Operator operator, String value) {
    var field = RecordColumns.of(definition).require(name).field();
    return new Comparison(field, operator, Literal.parse(field.type(), value));
  }

  private static Expression text(PipelineDefinition definition, String name) {
    return new Cast(RecordColumns.of(definition).require(name), FieldType.STRING);
  }

  private static void assertFails(Reason reason, StoreReader reader, Query query) {
    assertThatThrownBy(() -> RowText.read(reader, query, "|"))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .message()
        .doesNotContain("acequia", "read_", "flights");
  }

  /** Faults of calls, those of one method first. */
  private static AtomicInteger fault(String method, Fault... faults) {
    var calls = new AtomicInteger();
    SERVER.faults(
        call -> {
          if (!call.method().equals(method)) {
            return Fault.NONE;
          }
          var place = calls.getAndIncrement();
          return place < faults.length ? faults[place] : Fault.NONE;
        });
    return calls;
  }

  private static void always(Fault fault) {
    SERVER.faults(call -> fault);
  }

  @Test
  void readsAResultByPagesOfTheService() throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    var pages = fault("jobs.getQueryResults");
    try (var reader = reader(definition, LIMITS)) {
      assertThat(RowText.read(reader, all(definition), "|"))
          .containsExactly(
              "0|n0", "1|n1", "2|n2", "3|n3", "4|n4", "5|n5", "6|n6", "7|n7", "8|n8", "9|n9");
      assertThat(pages).hasValue(3);
      assertThat(reader.count(all(definition))).isEqualTo(10);
      assertThat(reader.estimate(all(definition))).isEqualTo(10);
    }
  }

  @Test
  void goesByProvenanceWhereKeysAreNotUnique() throws Exception {
    var definition = numbered(LoadMode.APPEND);
    try (var reader = reader(definition, LIMITS)) {
      var select =
          query(
              definition,
              compare(definition, "name", Operator.GTE, "n8"),
              Provenance.GENERATION,
              Provenance.PARTITION,
              Provenance.OFFSET);
      assertThat(RowText.read(reader, select, "|")).containsExactly("1|0|8", "1|0|9");
      var first = all(definition).withLimit(4);
      var next = first.startingAfter(RowText.last(reader, first));
      assertThat(RowText.read(reader, next, "|")).containsExactly("4|n4", "5|n5", "6|n6", "7|n7");
    }
  }

  @Test
  void doesNotReadWhatWasDeleted() throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    ReadFixture.store(
        definition,
        (batch, offset) ->
            batch.addDeletion(row(definition, "{\"id\":3}"), new Arrival().from(1, 0, offset)));
    try (var reader = reader(definition, LIMITS)) {
      assertThat(RowText.read(reader, all(definition), "|")).hasSize(9).doesNotContain("3|n3");
      assertThat(reader.count(all(definition))).isEqualTo(9);
      var key = List.of(new Literal(FieldType.INT64, 3L));
      assertThat(reader.readOne(key, row -> {})).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"UNAVAILABLE", "THROTTLED", "ANSWER_LOST"})
  void asksAgainAfterWhatPasses(Fault fault) throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    try (var reader = reader(definition, LIMITS)) {
      var calls = fault("jobs.query", fault, fault);
      assertThat(RowText.read(reader, all(definition), "|")).hasSize(10);
      assertThat(calls).hasValue(3);
      fault("jobs.getQueryResults", fault);
      assertThat(RowText.read(reader, all(definition), "|")).hasSize(10);
    }
  }

  @Test
  void saysWhatDoesNotPass() throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    try (var reader = reader(definition, LIMITS)) {
      always(Fault.UNAVAILABLE);
      assertFails(Reason.UNAVAILABLE, reader, all(definition));
      assertThatThrownBy(reader::probe).isInstanceOf(StoreReadException.class);
      assertThatThrownBy(() -> reader.estimate(all(definition)))
          .isInstanceOf(StoreReadException.class);
      always(Fault.THROTTLED);
      assertFails(Reason.BUSY, reader, all(definition));
      always(Fault.ANSWER_LOST);
      assertFails(Reason.UNAVAILABLE, reader, all(definition));
      SERVER.faults(Faults.NONE);
      reader.probe();
    }
  }

  @Test
  void doesNotWaitForAnAnswerThatNeverComes() throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    try (var reader = reader(definition, HASTY)) {
      always(Fault.SILENT);
      var begin = System.nanoTime();
      assertFails(Reason.TOO_SLOW, reader, all(definition));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void refusesWhatWouldReadTooMuch() throws Exception {
    var definition = numbered(LoadMode.UPSERT);
    var store = store(definition);
    var thrifty =
        new StoreDefinition.BigQuery(
            store.project(),
            store.dataset(),
            store.table(),
            null,
            store.endpoint(),
            null,
            1,
            null,
            List.of(),
            1);
    try (var reader = reader(definition, thrifty, LIMITS)) {
      assertFails(Reason.TOO_COSTLY, reader, all(definition));
      assertThatThrownBy(() -> reader.readOne(List.of(new Literal(FieldType.INT64, 3L)), row -> {}))
          .hasMessageContaining("select");
    }
  }

  @Test
  void refusesATableThatIsNotThereOrLacksAField() throws Exception {
    var definition =
        Pipelines.definition(
            fixture.definition("flights"),
            Pipelines.schema(List.of("id"), ID, NAME),
            LoadMode.APPEND,
            UUID.randomUUID(),
            1,
            null);
    var store = store(definition);
    try (var reader = reader(definition, LIMITS)) {
      assertFails(Reason.REFUSED, reader, all(definition));
      assertThatThrownBy(reader::probe).isInstanceOf(StoreReadException.class);
      ReadFixture.migrate(definition);
      reader.probe();
      var statements = new Statements(Clients.statements(store, Map.of()), Map.of());
      statements.drop(TableNames.of(store).data());
      statements.create(
          TableNames.of(store).data(),
          StandardTableDefinition.of(
              Schema.of(
                  com.google.cloud.bigquery.Field.of(
                      "id", com.google.cloud.bigquery.StandardSQLTypeName.INT64))));
      assertFails(Reason.REFUSED, reader, all(definition));
      assertThatThrownBy(reader::probe)
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
    }
  }

  @Test
  void refusesARowThatIsTooLargeAndReadsTheOthers() throws Exception {
    var definition = filled(LoadMode.UPSERT, ID, NAME);
    add(
        definition,
        "{\"id\":1,\"name\":\"" + "ñ".repeat(300_000) + "\"}",
        "{\"id\":2,\"name\":\"small\"}");
    try (var reader = reader(definition, LIMITS)) {
      var name = RecordColumns.of(definition).require("name");
      var twice = query(definition, Condition.always(), name, text(definition, "name"));
      assertFails(Reason.TOO_LARGE, reader, twice);
      assertThat(RowText.read(reader, query(definition, Condition.always(), name), "|")).hasSize(2);
      var small = compare(definition, "id", Operator.GT, "1");
      assertThat(RowText.read(reader, query(definition, small, text(definition, "name")), "|"))
          .containsExactly("small");
    }
  }

  /** Until this process is replaced by one of the newer schema. */
  @Test
  void doesNotCutANumberOfAWiderColumn() throws Exception {
    var definition = filled(LoadMode.UPSERT, ID, NAME);
    add(definition, "{\"id\":3000000000}");
    var former =
        Pipelines.definition(
            definition.store(),
            Pipelines.schema(List.of("id"), new Field("id", FieldType.INT32, true, null)),
            LoadMode.UPSERT,
            UUID.randomUUID(),
            1,
            null);
    try (var reader = reader(former, LIMITS)) {
      assertFails(Reason.UNAVAILABLE, reader, all(former));
    }
  }

  @Test
  void writesDoublesAsPostgreSqlDoes() throws Exception {
    var definition = filled(LoadMode.UPSERT, ID, RATIO);
    var texts =
        List.of(
            "0.30000000000000004",
            "1e+15",
            "123456789012345.67",
            "0.0001",
            "9.5e-05",
            "5e-324",
            "1.7976931348623157e+308",
            "-2.5",
            "0");
    var records = new ArrayList<String>();
    for (var i = 0; i < texts.size(); i++) {
      records.add("{\"id\":%d,\"ratio\":%s}".formatted(i, texts.get(i).replace("+", "")));
    }
    add(definition, records.toArray(String[]::new));
    try (var reader = reader(definition, LIMITS)) {
      var ratio = text(definition, "ratio");
      assertThat(RowText.read(reader, query(definition, Condition.always(), ratio), "|"))
          .containsExactlyElementsOf(texts);
      var columns = RecordColumns.of(definition);
      var byText =
          new Query(
              List.of(new SelectItem("c", ratio)),
              Condition.always(),
              columns.total(List.of(new OrderTerm(ratio, Direction.ASC, Nulls.LAST))),
              List.of(),
              4,
              0);
      var sorted = texts.stream().sorted().toList();
      assertThat(RowText.read(reader, byText, "|")).isEqualTo(sorted.subList(0, 4));
      var next = byText.startingAfter(RowText.last(reader, byText));
      assertThat(RowText.read(reader, next, "|")).isEqualTo(sorted.subList(4, 8));
      assertThat(
              RowText.read(
                  reader,
                  query(
                      definition,
                      Condition.always(),
                      new Aggregate(Function.MIN, ratio),
                      new Aggregate(Function.MAX, ratio),
                      new Cast(
                          new Aggregate(Function.MIN, columns.require("ratio")), FieldType.STRING)),
                  "|"))
          .containsExactly("-2.5|9.5e-05|-2.5");
    }
  }

  @Test
  void comparesWithTimesThatNoRowHas() throws Exception {
    var definition = filled(LoadMode.UPSERT, ID, AT);
    add(
        definition,
        "{\"id\":1,\"at\":\"0001-01-01T00:00:00Z\"}",
        "{\"id\":2,\"at\":\"9999-12-31T23:59:59.999999Z\"}",
        "{\"id\":3}");
    try (var reader = reader(definition, LIMITS)) {
      var id = RecordColumns.of(definition).require("id");
      assertThat(
              RowText.read(
                  reader,
                  query(
                      definition,
                      compare(definition, "at", Operator.LT, "9999-12-31T23:59:59-05:00"),
                      id),
                  "|"))
          .containsExactly("1", "2");
      assertThat(
              RowText.read(
                  reader,
                  query(
                      definition,
                      compare(definition, "at", Operator.LTE, "0001-01-01T00:00:00+05:00"),
                      id),
                  "|"))
          .isEmpty();
      assertThat(
              RowText.read(
                  reader, query(definition, Condition.always(), text(definition, "at"), id), "|"))
          .containsExactly("0001-01-01 00:00:00+00|1", "9999-12-31 23:59:59.999999+00|2", "null|3");
    }
  }

  @Test
  void saysThatASumIsTooLarge() throws Exception {
    var price = new Field("price", FieldType.DECIMAL, false, null);
    var definition = filled(LoadMode.UPSERT, ID, price);
    var nines = "9".repeat(29);
    add(definition, "{\"id\":1,\"price\":" + nines + "}", "{\"id\":2,\"price\":" + nines + ".5}");
    try (var reader = reader(definition, LIMITS)) {
      var of = RecordColumns.of(definition).require("price");
      assertFails(
          Reason.IMPOSSIBLE,
          reader,
          query(definition, Condition.always(), new Aggregate(Function.SUM, of)));
      assertThat(
              RowText.read(
                  reader,
                  query(definition, Condition.always(), new Aggregate(Function.AVG, of)),
                  "|"))
          .containsExactly(nines + ".25");
    }
  }
}
