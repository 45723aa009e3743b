package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RowText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Queries by keys and indexes, page by page. */
class DynamoReaderIT {
  private static final List<Field> FIELDS =
      List.of(
          new Field("site", FieldType.STRING, true, null),
          new Field("id", FieldType.INT64, true, null),
          new Field("part", FieldType.INT32, true, null),
          new Field("status", FieldType.STRING, true, null),
          new Field("at", FieldType.TIMESTAMP, true, null),
          new Field("ends", FieldType.TIMESTAMP, false, null));

  private static final List<KeyIndex> INDEXES =
      List.of(new KeyIndex("by-status", "status", "at"), new KeyIndex("by-part", "part", null));

  private static final int SITES = 3;
  private static final int RECORDS = 90;

  private final DynamoFixture fixture = new DynamoFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /** A table with records, and its reader. */
  private final class Filled implements AutoCloseable {
    final DynamoPipeline pipeline;
    final RecordColumns columns;
    final KeyedQueries queries;
    final StoreReader reader;

    Filled(LoadMode mode) throws Exception {
      pipeline =
          new DynamoPipeline(
              fixture.definition("flights", INDEXES, "ends"),
              fixture.writerEnvironment("pod"),
              Pipelines.schema(List.of("site", "id", "part"), FIELDS.toArray(Field[]::new)),
              mode);
      pipeline.migrate();
      try (var writer = pipeline.writer()) {
        var batch = writer.newBatch();
        for (var i = 0; i < RECORDS; i++) {
          pipeline.add(
              batch,
              i,
              "{\"site\":\"s%d\",\"id\":%d,\"part\":%d,\"status\":\"%s\",\"at\":\"2013-01-%02dT00:00:00Z\"%s}"
                  .formatted(
                      i % SITES,
                      i / SITES,
                      i % 2,
                      i % 2 == 0 ? "even" : "odd",
                      1 + i / SITES,
                      i == 0 ? ",\"ends\":\"2014-01-01T00:00:00Z\"" : ""));
        }
        if (mode == LoadMode.UPSERT) {
          pipeline.delete(batch, RECORDS, "[\"s1\",3,0]");
        }
        writer.write(
            batch,
            DynamoPipeline.advance(DynamoPipeline.claim(writer), RECORDS + 1),
            rejected -> assertThat(rejected).isEmpty());
      }
      columns = RecordColumns.of(pipeline.definition);
      queries = KeyedQueries.of(pipeline.definition).orElseThrow();
      reader = fixture.reader(pipeline.definition);
    }

    Condition where(String... filters) {
      return new All(
          Arrays.stream(filters)
              .<Condition>map(
                  filter -> {
                    var parts = filter.split(" ", 3);
                    var field = columns.require(parts[0]).field();
                    return new Comparison(
                        field, Operator.valueOf(parts[1]), Literal.parse(field.type(), parts[2]));
                  })
              .toList());
    }

    Query query(Condition where, List<String> fields, OrderTerm... order) {
      return new Query(
          fields.stream().map(name -> new SelectItem(name, columns.require(name))).toList(),
          where,
          queries.total(List.of(order), where),
          List.of(),
          1_000,
          0);
    }

    OrderTerm descending(String field) {
      return new OrderTerm(columns.require(field), Direction.DESC, Nulls.LAST);
    }

    List<String> read(Query query) throws Exception {
      return RowText.read(reader, query, "|");
    }

    /** All pages, which must be what one page has. */
    List<String> paged(Query whole, int size) throws Exception {
      var found = new ArrayList<String>();
      var query = whole.withLimit(size);
      while (true) {
        var page = read(query);
        found.addAll(page);
        if (page.size() < size) {
          assertThat(found).isEqualTo(read(whole));
          return found;
        }
        query = query.startingAfter(RowText.last(reader, query));
      }
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  @Test
  void readsTheRecordsOfAKeysFirstFieldInItsOrder() throws Exception {
    try (var table = new Filled(LoadMode.UPSERT)) {
      var all = table.paged(table.query(table.where("site EQ s1"), List.of("id", "part")), 7);
      assertThat(all).hasSize(RECORDS / SITES - 1).startsWith("0|1", "1|0", "2|1", "4|1");
      var some = table.where("site EQ s1", "id GT 1", "id LTE 6");
      assertThat(table.paged(table.query(some, List.of("id")), 2))
          .containsExactly("2", "4", "5", "6");
      var descending =
          table.query(some, List.of("id"), table.descending("id"), table.descending("part"));
      assertThat(table.paged(descending, 3)).containsExactly("6", "5", "4", "2");
      assertThat(table.reader.count(descending)).isEqualTo(4);
      var one = table.query(table.where("site EQ s2", "id EQ 0", "part EQ 0"), List.of("status"));
      assertThat(table.read(one)).containsExactly("even");
      assertThat(table.read(table.query(table.where("site EQ s1", "id EQ 3"), List.of("id"))))
          .as("a deleted one")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void readsTheRecordsOfAnIndexInItsOrder(LoadMode mode) throws Exception {
    try (var table = new Filled(mode)) {
      var where = table.where("status EQ even", "at GTE 2013-01-02", "at LT 2013-01-05");
      var query = table.query(where, List.of("at"));
      var found = table.paged(query, 2);
      assertThat(found).hasSize(mode == LoadMode.UPSERT ? 3 : 4).isSorted();
      var descending = table.query(where, List.of("at"), table.descending("at"));
      assertThat(table.paged(descending, 3)).isSortedAccordingTo(Comparator.reverseOrder());
      assertThat(table.reader.count(query)).isEqualTo(found.size());
      assertThat(table.reader.estimate(query)).isEqualTo(found.size());
      assertThat(table.paged(table.query(table.where("part EQ 1"), List.of("id")), 11))
          .hasSize(RECORDS / 2);
      assertThat(table.read(table.query(table.where("status EQ none"), List.of("id")))).isEmpty();
      table.reader.probe();
    }
  }

  /** The service removes it a day or two later. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void readsNoRecordWhoseTimeHasPassed(LoadMode mode) throws Exception {
    try (var table = new Filled(mode)) {
      var first = table.query(table.where("status EQ even", "at EQ 2013-01-01"), List.of("site"));
      assertThat(table.read(first)).containsExactly("s2");
      if (mode == LoadMode.UPSERT) {
        var key =
            List.of(
                new Literal(FieldType.STRING, "s0"),
                new Literal(FieldType.INT64, 0L),
                new Literal(FieldType.INT32, 0));
        assertThat(table.reader.readOne(key, row -> {})).isFalse();
      }
    }
  }

  /** Also where no field says any longer when records expire. */
  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void readsNoExpiredRecordWhereTheFieldIsNoLongerNamed(LoadMode mode) throws Exception {
    try (var table = new Filled(mode)) {
      fixture
          .client()
          .updateItem(
              update ->
                  update
                      .tableName(fixture.definition("flights").table())
                      .key(first())
                      .updateExpression("SET #e = :e")
                      .expressionAttributeNames(Map.of("#e", Attributes.EXPIRES))
                      .expressionAttributeValues(Map.of(":e", Attributes.number(1))));
      var unlimited =
          new DynamoPipeline(
              fixture.definition("flights", INDEXES, null),
              fixture.writerEnvironment("pod"),
              table.pipeline.definition.schema(),
              mode);
      try (var reader = fixture.reader(unlimited.definition)) {
        var query = table.query(table.where("status EQ even", "at EQ 2013-01-01"), List.of("id"));
        assertThat(RowText.read(reader, query, "|")).isEmpty();
      }
    }
  }

  /** The key of the only record of the first day that has not expired. */
  private Map<String, AttributeValue> first() {
    return ItemKeys.of(
        fixture
            .client()
            .scan(scan -> scan.tableName(fixture.definition("flights").table()))
            .items()
            .stream()
            .filter(item -> AttributeValue.fromS("s2").equals(item.get("site")))
            .filter(item -> AttributeValue.fromN("0").equals(item.get("id")))
            .findFirst()
            .orElseThrow());
  }

  @Test
  void anIndexThatIsMissingFailsItsQueriesAndStopsNoPod() throws Exception {
    try (var table = new Filled(LoadMode.UPSERT)) {
      fixture
          .client()
          .updateTable(
              update ->
                  update
                      .tableName(fixture.definition("flights").table())
                      .globalSecondaryIndexUpdates(
                          one -> one.delete(index -> index.indexName("by-part"))));
      table.reader.probe();
      assertThatThrownBy(() -> table.read(table.query(table.where("part EQ 1"), List.of("id"))))
          .isInstanceOf(StoreReadException.class);
      assertThat(table.read(table.query(table.where("site EQ s2"), List.of("id")))).isNotEmpty();
    }
  }

  @Test
  void refusesAnyOtherQueryBeforeItReads() throws Exception {
    try (var table = new Filled(LoadMode.UPSERT)) {
      var all =
          new Query(
              table.columns.all(),
              Condition.always(),
              table.columns.total(List.of()),
              List.of(),
              10,
              0);
      assertThatThrownBy(() -> table.reader.read(all, row -> {}))
          .isInstanceOf(InvalidQueryException.class)
          .hasMessageContaining("reads no table whole");
      assertThatThrownBy(() -> table.reader.count(all)).isInstanceOf(InvalidQueryException.class);
    }
  }

  @Test
  void saysThatATableIsMissing() throws Exception {
    try (var table = new Filled(LoadMode.UPSERT)) {
      fixture.dropTable(table.pipeline.definition);
      assertThatThrownBy(table.reader::probe)
          .isInstanceOfSatisfying(
              StoreReadException.class,
              e -> assertThat(e.reason()).isEqualTo(StoreReadException.Reason.REFUSED));
    }
  }
}
