package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.reference.ReferenceDefinition;
import dev.acequia.stores.reference.ReferenceStore;
import dev.acequia.stores.testkit.Pipelines;
import dev.acequia.stores.testkit.RandomQuery;
import dev.acequia.stores.testkit.StoreComparison;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Made-up queries, answered as the reference store answers them over the same rows. {@code
 * -Dfuzz.queries=20000} asks for more, {@code -Dfuzz.seed} for others.
 */
class BigQueryFuzzIT {
  private static final int QUERIES = Integer.getInteger("fuzz.queries", 200);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int ROWS = 150;

  private static final Map<String, String> REFERENCE =
      Map.of("STORE_URI", "memory:" + UUID.randomUUID());
  private static final ReadFixture FIXTURE = new ReadFixture();
  private static RecordColumns columns;
  private static StoreReader bigquery;
  private static StoreReader reference;

  @BeforeAll
  static void store() throws Exception {
    var records = RandomRows.of(ROWS, new Random(SEED));
    var stored = fill(FIXTURE.definition("fuzz"), Map.of(), records);
    columns = RecordColumns.of(stored);
    bigquery = StoreReader.open(stored, Map.of());
    reference =
        StoreReader.open(fill(new ReferenceDefinition("fuzz"), REFERENCE, records), REFERENCE);
  }

  /** With as many records that are deleted again. */
  private static PipelineDefinition fill(
      StoreDefinition store, Map<String, String> environment, List<String> records)
      throws Exception {
    var definition =
        Pipelines.definition(store, RandomRows.SCHEMA, LoadMode.UPSERT, UUID.randomUUID(), 1, null);
    StoreMigration.open(definition, environment)
        .migrate(Pipelines.log(definition.topic().uuid(), 1, 0, 0));
    try (var writer = StoreWriter.open(definition, environment)) {
      var batch = writer.newBatch();
      var offset = 0L;
      for (var i = 0; i < records.size(); i++) {
        batch.add(row(records.get(i)), new Arrival().from(1, 0, offset++));
        var doomed = row(records.get(i).replaceFirst("\"id\":", "\"id\":1000"));
        batch.add(doomed, new Arrival().from(1, 0, offset++));
        batch.addDeletion(doomed, new Arrival().from(1, 0, offset++));
      }
      var claim = writer.claim(0).orElseThrow();
      writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), 0, offset, null)),
          rejected -> assertThat(rejected).isEmpty());
    }
    return definition;
  }

  private static Row row(String record) throws Exception {
    var row = new Row(RandomRows.SCHEMA);
    var json = record.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(RandomRows.SCHEMA).decode(json, 0, json.length, row);
    return row;
  }

  @AfterAll
  static void close() {
    bigquery.close();
    reference.close();
    ReferenceStore.forget(REFERENCE);
    FIXTURE.close();
  }

  @Test
  void answersAsTheReferenceStoreDoes() throws Exception {
    var random = new Random(SEED * 1000);
    var queries = new RandomQuery(columns, random, RandomRows::literal, Set.of(RandomRows.INEXACT));
    var comparison = new StoreComparison(bigquery, reference, BigQueryFuzzIT::isAverage);
    var found = 0;
    var impossible = 0;
    for (var i = 0; i < QUERIES; i++) {
      var query = queries.next();
      var answer = comparison.compare(query);
      found += answer.rows().size();
      if (answer.reason() != null) {
        impossible++;
        continue;
      }
      if (random.nextInt(4) == 0) {
        comparison.compareCounts(query);
      }
      if (random.nextInt(8) == 0 && !query.order().isEmpty()) {
        comparison.comparePages(query.withLimit(10 + random.nextInt(40)), answer);
      }
    }
    // Most queries have something to compare.
    assertThat(found).isGreaterThan(QUERIES);
    assertThat(impossible).isLessThan(QUERIES / 5);
  }

  /** Averages may differ in their last digits: the reference store has 16 of a large one. */
  private static boolean isAverage(Expression expression, BigDecimal exact) {
    return expression instanceof Aggregate aggregate && aggregate.function() == Function.AVG;
  }
}
