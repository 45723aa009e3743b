package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQueries;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import dev.acequia.stores.reference.ReferenceDefinition;
import dev.acequia.stores.reference.ReferenceStore;
import dev.acequia.stores.testkit.FuzzValues;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RowText;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Made-up queries, answered as the reference store answers them over the same records, or refused
 * with a word about what would help. {@code -Dfuzz.queries=20000} asks for more, {@code
 * -Dfuzz.seed} for others.
 */
class DynamoFuzzIT {
  private static final int QUERIES = Integer.getInteger("fuzz.queries", 600);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int RECORDS = 150;

  private static final List<BigDecimal> EXTREMES =
      List.of(
          new BigDecimal("12345678901234567890123456789012345678"),
          new BigDecimal("-1E-100"),
          new BigDecimal("9E+100"));

  /** A required field of every type that a key or an index can have, and one without a value. */
  private static final List<Field> FIELDS =
      List.of(
          new Field("s", FieldType.STRING, true, null),
          new Field("p", FieldType.DECIMAL, true, null),
          new Field("id", FieldType.INT32, true, null),
          new Field("n", FieldType.INT32, true, null),
          new Field("m", FieldType.INT64, true, null),
          new Field("d", FieldType.DOUBLE, true, null),
          new Field("t", FieldType.STRING, true, null),
          new Field("day", FieldType.DATE, true, null),
          new Field("at", FieldType.TIMESTAMP, true, null),
          new Field("u", FieldType.UUID, true, null),
          new Field("b", FieldType.BOOLEAN, true, null),
          new Field("j", FieldType.JSON, false, null));

  private static final List<KeyIndex> INDEXES =
      List.of(
          new KeyIndex("by-n", "n", "m"),
          new KeyIndex("by-m", "m", "d"),
          new KeyIndex("by-d", "d", "t"),
          new KeyIndex("by-t", "t", "day"),
          new KeyIndex("by-day", "day", "at"),
          new KeyIndex("by-at", "at", "u"),
          new KeyIndex("by-u", "u", "p"),
          new KeyIndex("by-p", "p", null));

  private static final Map<String, String> REFERENCE =
      Map.of("STORE_URI", "memory:" + UUID.randomUUID());

  private static final DynamoFixture FIXTURE = new DynamoFixture();
  private static RecordColumns columns;
  private static KeyedQueries queries;
  private static StoreReader dynamo;
  private static StoreReader reference;

  @BeforeAll
  static void store() throws Exception {
    var records = records(new Random(SEED));
    var stored =
        fill(FIXTURE.definition("fuzz", INDEXES, null), FIXTURE.writerEnvironment("pod"), records);
    dynamo = FIXTURE.reader(stored.definition);
    columns = RecordColumns.of(stored.definition);
    queries = KeyedQueries.of(stored.definition).orElseThrow();
    reference =
        StoreReader.open(
            fill(new ReferenceDefinition("fuzz"), REFERENCE, records).definition, REFERENCE);
  }

  private static DynamoPipeline fill(
      StoreDefinition store, Map<String, String> environment, List<String> records)
      throws Exception {
    var pipeline =
        new DynamoPipeline(
            store,
            environment,
            Pipelines.schema(List.of("s", "p", "id"), FIELDS.toArray(Field[]::new)),
            LoadMode.UPSERT);
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var i = 0; i < records.size(); i++) {
        pipeline.add(batch, i, records.get(i));
      }
      writer.write(
          batch,
          DynamoPipeline.advance(DynamoPipeline.claim(writer), records.size()),
          rejected -> assertThat(rejected).isEmpty());
    }
    return pipeline;
  }

  @AfterAll
  static void close() {
    dynamo.close();
    reference.close();
    ReferenceStore.forget(REFERENCE);
    FIXTURE.close();
  }

  private static List<String> records(Random random) {
    var records = new ArrayList<String>();
    for (var i = 0; i < RECORDS; i++) {
      var record = JsonNodeFactory.withExactBigDecimals(true).objectNode();
      for (var field : FIELDS) {
        if (field.name().equals("id")) {
          FuzzValues.put(record, field, i);
        } else if (field.required() || random.nextBoolean()) {
          FuzzValues.put(record, field, value(field.type(), random));
        }
      }
      records.add(record.toString());
    }
    return records;
  }

  /** An empty text is in no key and in no index. */
  private static Object value(FieldType type, Random random) {
    return switch (FuzzValues.value(type, random, EXTREMES)) {
      case BigDecimal number -> FIXTURE.stored(number).orElseThrow();
      case String text when text.isEmpty() -> "-";
      case Object value -> value;
    };
  }

  private static Literal literal(FieldType type, Random random) {
    var value = random.nextInt(20) == 0 && type == FieldType.STRING ? "" : value(type, random);
    return new Literal(
        type, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value);
  }

  @Test
  void answersAsTheReferenceStoreDoesOrSaysWhatWouldHelp() throws Exception {
    var random = new Random(SEED * 1000);
    var answered = 0;
    var found = 0;
    for (var i = 0; i < QUERIES; i++) {
      var where = condition(random);
      Query query;
      KeyedQuery plan;
      try {
        query = query(where, random);
        plan = queries.plan(query);
      } catch (InvalidQueryException e) {
        assertThat(e)
            .as("%s", where)
            .message()
            .containsAnyOf(
                "spec.store.dynamodb.indexes",
                "the key (",
                "the index ",
                "here a filter is",
                "remove one",
                "finds records by one value");
        continue;
      }
      List<String> rows;
      try {
        rows = RowText.read(dynamo, query, "|");
      } catch (InvalidQueryException e) {
        assertThat(e).as("%s", where).message().contains("use gte and lte");
        continue;
      } catch (StoreReadException e) {
        throw new AssertionError(query.toString(), e);
      }
      answered++;
      var expected = RowText.read(reference, query, "|");
      found += expected.size();
      assertSame(rows, expected, plan, query);
      assertThat(dynamo.count(query)).as("%s", query).isEqualTo(expected.size());
      if (random.nextInt(4) == 0) {
        pages(query, 1 + random.nextInt(5), rows);
      }
    }
    assertThat(answered).isGreaterThan(QUERIES / 3);
    assertThat(found).isGreaterThan(QUERIES);
  }

  /** A value of the first field of a key or an index, mostly, and something of the next ones. */
  private static Condition condition(Random random) {
    var conditions = new ArrayList<Condition>();
    var way = random.nextInt(INDEXES.size() + 4);
    var fields = way < INDEXES.size() ? fields(INDEXES.get(way)) : List.of("s", "p", "id");
    conditions.add(comparison(fields.getFirst(), Operator.EQ, random));
    for (var field : fields.subList(1, fields.size())) {
      switch (random.nextInt(5)) {
        case 0 -> conditions.add(comparison(field, Operator.EQ, random));
        case 1 ->
            conditions.add(
                comparison(field, random.nextBoolean() ? Operator.GT : Operator.GTE, random));
        case 2 ->
            conditions.add(
                comparison(field, random.nextBoolean() ? Operator.LT : Operator.LTE, random));
        case 3 -> {
          conditions.add(
              comparison(field, random.nextBoolean() ? Operator.GT : Operator.GTE, random));
          conditions.add(
              comparison(field, random.nextBoolean() ? Operator.LT : Operator.LTE, random));
        }
        default -> {} // the whole of it
      }
    }
    if (random.nextInt(8) == 0) {
      var field = FIELDS.get(random.nextInt(FIELDS.size() - 1)).name();
      conditions.add(
          comparison(field, Operator.values()[random.nextInt(Operator.values().length)], random));
    }
    return new All(conditions);
  }

  private static List<String> fields(KeyIndex index) {
    var range = index.range();
    return range == null ? List.of(index.hash()) : List.of(index.hash(), range);
  }

  private static Comparison comparison(String name, Operator operator, Random random) {
    var field = columns.require(name).field();
    return new Comparison(field, operator, literal(field.type(), random));
  }

  private static Query query(Condition where, Random random) {
    var order = new ArrayList<OrderTerm>();
    if (random.nextInt(3) == 0) {
      var direction = random.nextBoolean() ? Direction.ASC : Direction.DESC;
      var total = queries.total(List.of(), where);
      total
          .subList(0, 1 + random.nextInt(total.size()))
          .forEach(term -> order.add(new OrderTerm(term.expression(), direction, Nulls.LAST)));
    }
    return new Query(
        FIELDS.stream()
            .map(field -> new SelectItem(field.name(), columns.require(field.name())))
            .toList(),
        where,
        queries.total(order, where),
        List.of(),
        1_000,
        0);
  }

  /** Records with equal values of an index's fields come in any order. */
  private static void assertSame(
      List<String> rows, List<String> expected, KeyedQuery plan, Query query) {
    if (plan.index() == null) {
      assertThat(rows).as("%s", query).isEqualTo(expected);
      return;
    }
    assertThat(rows).as("%s", query).containsExactlyInAnyOrderElementsOf(expected);
    var range = plan.index().range();
    if (range != null) {
      var column = FIELDS.indexOf(columns.require(range).field());
      assertThat(column(rows, column)).as("%s", query).isEqualTo(column(expected, column));
    }
  }

  private static List<String> column(List<String> rows, int column) {
    return rows.stream().map(row -> row.split("\\|", -1)[column]).toList();
  }

  private static void pages(Query whole, int size, List<String> rows) throws Exception {
    var found = new ArrayList<String>();
    var query = whole.withLimit(size);
    while (true) {
      var page = RowText.read(dynamo, query, "|");
      found.addAll(page);
      if (page.size() < size) {
        break;
      }
      query = query.startingAfter(RowText.last(dynamo, query));
    }
    assertThat(found).as("%s", whole).isEqualTo(rows);
  }
}
