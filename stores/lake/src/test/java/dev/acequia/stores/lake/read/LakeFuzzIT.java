package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.reference.ReferenceStore;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RowText;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Made-up queries, answered as the reference store answers them over the same rows. {@code
 * -Dfuzz.queries=20000} asks for more, {@code -Dfuzz.seed} for others.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LakeFuzzIT {
  private static final int QUERIES = Integer.getInteger("fuzz.queries", 1500);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int ROWS = 150;
  private static final int FILES = 5;

  @TempDir static Path folder;
  private static final Map<String, String> REFERENCE =
      Map.of("STORE_URI", "memory:" + UUID.randomUUID());
  private static final RecordColumns COLUMNS =
      LakeQueries.records(RandomRows.SCHEMA, LoadMode.UPSERT);
  private static LakeTable table;
  private static LakeReader lake;
  private static StoreReader reference;

  @BeforeAll
  static void store() throws Exception {
    var records = RandomRows.of(ROWS, new Random(SEED));
    var definition = LakeQueries.definition(RandomRows.SCHEMA, LoadMode.UPSERT);
    StoreMigration.open(definition, REFERENCE)
        .migrate(Pipelines.log(definition.topic().uuid(), 1, 0, 0));
    table = new LakeTable(folder.resolve("table"), LakeColumns.of(RandomRows.SCHEMA));
    var files = new ArrayList<List<Record>>();
    for (var i = 0; i < FILES; i++) {
      files.add(new ArrayList<>());
    }
    try (var writer = StoreWriter.open(definition, REFERENCE)) {
      var batch = writer.newBatch();
      for (var i = 0; i < records.size(); i++) {
        var row = new Row(RandomRows.SCHEMA);
        var json = records.get(i).getBytes(StandardCharsets.UTF_8);
        new RecordDecoder(RandomRows.SCHEMA).decode(json, 0, json.length, row);
        batch.add(row, new Arrival().from(1, 0, i));
        files.get(i * FILES / records.size()).add(RandomRows.record(table, row, i));
      }
      var claim = writer.claim(0).orElseThrow();
      writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), 0, records.size(), null)),
          rejected -> {});
    }
    for (var file : files) {
      appendWithDeleted(table, file);
    }
    reference = StoreReader.open(definition, REFERENCE);
    lake =
        new LakeReader(
            COLUMNS,
            table,
            Limits.small(),
            new LocalEngine(Limits.small(), table.location(), folder.resolve("cache")));
  }

  /** Every other position has a row that was deleted, of another row's values. */
  private static void appendWithDeleted(LakeTable table, List<Record> rows) throws IOException {
    var all = new ArrayList<Record>();
    for (var row : rows) {
      all.add(row);
      all.add(row.copy(Map.of("id", 1_000 + (Integer) row.getField("id"))));
    }
    DataFile file = table.append(all);
    var deleted = new long[rows.size()];
    for (var i = 0; i < deleted.length; i++) {
      deleted[i] = 2L * i + 1;
    }
    table.delete(file, deleted);
  }

  @AfterAll
  static void close() {
    lake.close();
    reference.close();
    ReferenceStore.forget(REFERENCE);
  }

  @Test
  @Order(1)
  void answersAsTheReferenceStoreDoes() throws Exception {
    compare(new Random(SEED * 1000), QUERIES);
  }

  /** With values of all types, decimals of fewer digits than now, and without the deleted rows. */
  @Test
  @Order(2)
  void answersSoAfterFilesAreMerged() throws Exception {
    table.load().updateSchema().updateColumn("q", Types.DecimalType.of(20, 2)).commit();
    new Compaction(Duration.ofSeconds(1), Clock.systemUTC()).work(table.load());
    try (var tasks = table.load().newScan().planFiles()) {
      assertThat(tasks).hasSize(1).allMatch(task -> task.deletes().isEmpty());
    }
    compare(new Random(SEED * 1001), QUERIES / 5);
  }

  private static void compare(Random random, int queries) throws Exception {
    var found = 0;
    var impossible = 0;
    for (var i = 0; i < queries; i++) {
      var query = new RandomQuery(COLUMNS, random).next();
      var expected = answer(reference, query);
      var answer = answer(lake, query);
      assertSame(answer, expected, query);
      found += expected.rows().size();
      if (expected.reason() != null) {
        impossible++;
        continue;
      }
      assertThat(lake.count(query)).as("%s", query).isEqualTo(reference.count(query));
      if (random.nextInt(4) == 0 && !query.order().isEmpty()) {
        pages(query.withLimit(1 + random.nextInt(30)), answer);
      }
    }
    // Most queries have something to compare.
    assertThat(found).isGreaterThan(queries);
    assertThat(impossible).isLessThan(queries / 10);
  }

  /** Rows, or why there are none. */
  private record Answer(
      List<List<@Nullable Object>> rows,
      List<List<@Nullable Literal>> order,
      StoreReadException.@Nullable Reason reason) {}

  private static Answer answer(StoreReader reader, Query query) throws IOException {
    var rows = new ArrayList<List<@Nullable Object>>();
    var order = new ArrayList<List<@Nullable Literal>>();
    try {
      reader.read(
          query,
          row -> {
            var values = new ArrayList<@Nullable Object>();
            for (var i = 0; i < query.select().size(); i++) {
              values.add(value(row, i, query.select().get(i).expression()));
            }
            rows.add(values);
            var last = new ArrayList<@Nullable Literal>();
            for (var term : query.order()) {
              last.add(literal(row, query.columns().indexOf(term.expression()), term.expression()));
            }
            order.add(last);
          });
      return new Answer(rows, order, null);
    } catch (StoreReadException e) {
      return new Answer(List.of(), List.of(), e.reason());
    }
  }

  private static @Nullable Object value(ResultRow row, int column, Expression expression) {
    if (row.isNull(column)) {
      return null;
    }
    return switch (expression.type()) {
      case DECIMAL -> row.decimalAt(column);
      case DOUBLE -> row.doubleAt(column) + 0.0;
      default -> RowText.value(row, column, expression);
    };
  }

  private static @Nullable Literal literal(ResultRow row, int column, Expression expression) {
    return row.isNull(column)
        ? null
        : Literal.parse(expression.type(), RowText.value(row, column, expression));
  }

  private static void assertSame(Answer answer, Answer expected, Query query) {
    assertThat(answer.reason()).as("%s", query).isEqualTo(expected.reason());
    assertThat(answer.rows()).as("%s", query).hasSameSizeAs(expected.rows());
    for (var i = 0; i < expected.rows().size(); i++) {
      for (var column = 0; column < query.select().size(); column++) {
        assertThat(isSame(answer.rows().get(i).get(column), expected.rows().get(i).get(column)))
            .as(
                "row %d: %s instead of %s for %s",
                i, answer.rows().get(i), expected.rows().get(i), query)
            .isTrue();
      }
    }
  }

  /** Averages may differ in their last digits. */
  private static boolean isSame(@Nullable Object found, @Nullable Object expected) {
    if (found instanceof BigDecimal number && expected instanceof BigDecimal exact) {
      var tolerance =
          exact.scale() <= 2 ? BigDecimal.ZERO : exact.abs().max(BigDecimal.ONE).movePointLeft(14);
      return number.subtract(exact).abs().compareTo(tolerance) <= 0;
    }
    return java.util.Objects.equals(found, expected);
  }

  private static void pages(Query first, Answer whole) throws IOException {
    var rows = new ArrayList<List<@Nullable Object>>();
    var query = first;
    while (true) {
      var page = answer(lake, query);
      assertThat(page.reason()).as("%s", query).isNull();
      rows.addAll(page.rows());
      if (page.rows().size() < query.limit()) {
        break;
      }
      query = query.startingAfter(page.order().getLast());
    }
    assertThat(rows).as("%s", first).isEqualTo(whole.rows());
  }
}
