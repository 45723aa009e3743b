package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.reference.ReferenceStore;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RandomQuery;
import dev.acequia.stores.testkit.StoreComparison;
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
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
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
    var made = new RandomQuery(COLUMNS, random, RandomRows::literal, Set.of());
    var comparison = new StoreComparison(lake, reference, LakeFuzzIT::mayDiffer);
    var found = 0;
    var impossible = 0;
    for (var i = 0; i < queries; i++) {
      var query = made.next();
      var answer = comparison.compare(query);
      found += answer.rows().size();
      if (answer.reason() != null) {
        impossible++;
        continue;
      }
      comparison.compareCounts(query);
      if (random.nextInt(4) == 0 && !query.order().isEmpty()) {
        comparison.comparePages(query.withLimit(1 + random.nextInt(30)), answer);
      }
    }
    // Most queries have something to compare.
    assertThat(found).isGreaterThan(queries);
    assertThat(impossible).isLessThan(queries / 10);
  }

  /** Averages may differ in their last digits. */
  private static boolean mayDiffer(Expression expression, BigDecimal exact) {
    return exact.scale() > 2;
  }
}
