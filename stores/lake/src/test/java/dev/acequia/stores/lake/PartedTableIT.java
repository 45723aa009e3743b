package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Division;
import dev.acequia.contract.Division.Transform;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables whose files are parted. */
class PartedTableIT {
  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.UUID, true, null),
          new Field("day", FieldType.DATE, false, null),
          new Field("at", FieldType.TIMESTAMP, false, null),
          new Field("name", FieldType.STRING, false, null),
          new Field("price", FieldType.DECIMAL, false, null));

  private static final UUID ONE = UUID.fromString("00000000-0000-4000-8000-000000000001");
  private static final UUID TWO = UUID.fromString("ffffffff-0000-4000-8000-000000000002");

  private final LakeFixture lake = new LakeFixture();
  private final UUID topic = UUID.randomUUID();
  private final Arrival arrival = new Arrival();

  private PipelineDefinition parted(LoadMode mode, Division... divisions) throws Exception {
    return parted(SCHEMA, mode, divisions);
  }

  private PipelineDefinition parted(Schema schema, LoadMode mode, Division... divisions)
      throws Exception {
    var definition =
        Pipelines.definition(
            lake.definition("flights", List.of(divisions)), schema, mode, topic, 1, null);
    StoreMigration.open(definition, lake.migrationEnvironment())
        .migrate(Pipelines.log(topic, 1, 0, 1000));
    return definition;
  }

  private WriteResult load(PipelineDefinition definition, String... records) throws Exception {
    try (var writer = StoreWriter.open(definition, lake.writerEnvironment("pod"))) {
      var claim = writer.claim(0).orElseThrow();
      var batch = writer.newBatch();
      var offset = claim.nextOffset();
      for (var record : records) {
        var row = new Row(definition.schema());
        var bytes = record.getBytes(StandardCharsets.UTF_8);
        new RecordDecoder(definition.schema()).decode(bytes, 0, bytes.length, row);
        batch.add(row, arrival.from(1, 0, offset++));
      }
      return writer.write(
          batch,
          List.of(new PartitionAdvance(0, claim.fence(), claim.nextOffset(), offset, null)),
          rejected -> {});
    }
  }

  private static String record(UUID id, String day, String name) {
    return "{\"id\":\"%s\",\"day\":\"%s\",\"at\":\"%sT10:00:00Z\",\"name\":\"%s\",\"price\":1.5}"
        .formatted(id, day, day, name);
  }

  private List<String> names(PipelineDefinition definition) {
    return rows(definition, row -> row.getField("day") + " " + row.getField("name")).stream()
        .sorted()
        .toList();
  }

  private <T> List<T> rows(PipelineDefinition definition, Function<Record, T> value) {
    var values = new ArrayList<T>();
    lake.act(
        definition,
        tables -> {
          try (var rows = IcebergGenerics.read(tables.load(tables.data())).build()) {
            rows.forEach(row -> values.add(value.apply(row)));
          }
        });
    return values;
  }

  /** The partitions that files are in, as paths. */
  private Set<String> partitions(PipelineDefinition definition) {
    var found = new HashSet<String>();
    lake.act(
        definition,
        tables -> {
          var table = tables.load(tables.data());
          try (var tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> found.add(task.spec().partitionToPath(task.file().partition())));
          }
        });
    return found;
  }

  @Test
  void eachFileHoldsRowsOfOnePartition() throws Exception {
    var definition =
        parted(
            LoadMode.APPEND,
            new Division("day", Transform.IDENTITY),
            new Division("at", Transform.MONTH),
            new Division("name", Transform.TRUNCATE, 1));
    load(
        definition,
        record(ONE, "2026-01-31", "alpha"),
        record(TWO, "2026-02-01", "beta"),
        record(TWO, "2026-01-31", "apex"),
        "{\"id\":\"%s\"}".formatted(TWO));
    assertThat(partitions(definition))
        .containsExactlyInAnyOrder(
            "day=2026-01-31/_at_month=2026-01/_name_truncate_1=a",
            "day=2026-02-01/_at_month=2026-02/_name_truncate_1=b",
            "day=null/_at_month=null/_name_truncate_1=null");
    assertThat(names(definition))
        .containsExactly("2026-01-31 alpha", "2026-01-31 apex", "2026-02-01 beta", "null null");
  }

  @Test
  void aRowMovesToAnotherPartitionWithItsNewestRecord() throws Exception {
    var definition =
        parted(
            LoadMode.UPSERT,
            new Division("day", Transform.DAY),
            new Division("id", Transform.BUCKET, 4),
            new Division("price", Transform.TRUNCATE, 10));
    load(definition, record(ONE, "2026-01-31", "first"), record(TWO, "2026-01-31", "other"));
    load(definition, record(ONE, "2026-02-01", "moved"));
    assertThat(names(definition)).containsExactly("2026-01-31 other", "2026-02-01 moved");
    load(definition, record(TWO, "2026-02-01", "moved too"), record(ONE, "2026-02-01", "again"));
    assertThat(names(definition)).containsExactly("2026-02-01 again", "2026-02-01 moved too");
  }

  /** Iceberg truncates the least numbers of a type to the greatest. */
  @ParameterizedTest
  @EnumSource(names = {"INT32", "INT64"})
  void theLeastNumbersAreReplaced(FieldType type) throws Exception {
    var schema =
        Pipelines.schema(
            List.of("n"),
            new Field("n", type, true, null),
            new Field("name", FieldType.STRING, false, null));
    var definition = parted(schema, LoadMode.UPSERT, new Division("n", Transform.TRUNCATE, 1000));
    var least = type == FieldType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
    for (var name : List.of("first", "second")) {
      load(
          definition,
          IntStream.range(0, 500)
              .mapToObj(i -> "{\"n\":%d,\"name\":\"%s\"}".formatted(least + i * 5, name))
              .toArray(String[]::new));
    }
    assertThat(rows(definition, row -> String.valueOf(row.getField("name"))))
        .hasSize(500)
        .allMatch("second"::equals);
  }

  @Test
  void rowsOfFormerPartitionsAreReplacedAfterFilesAreParted() throws Exception {
    var definition = parted(LoadMode.UPSERT);
    load(definition, record(ONE, "2026-01-31", "first"), record(TWO, "2026-01-31", "other"));
    var later = parted(LoadMode.UPSERT, new Division("at", Transform.YEAR));
    load(later, record(ONE, "2026-02-01", "second"));
    var latest = parted(LoadMode.UPSERT, new Division("at", Transform.HOUR));
    load(latest, record(ONE, "2026-02-01", "third"), record(TWO, "2026-02-02", "newer"));
    assertThat(names(latest)).containsExactly("2026-02-01 third", "2026-02-02 newer");
    assertThat(partitions(latest)).contains("_at_hour=2026-02-01-10", "_at_hour=2026-02-02-10");
  }

  /** Paths have no text of a record, and partitions no long text. */
  @Test
  void noTextOfARecordStopsTheLoad() throws Exception {
    var definition = parted(LoadMode.UPSERT, new Division("name", Transform.IDENTITY));
    var names = List.of("..", "../../../../other", "a/b%2Fc", "界".repeat(4000), "a".repeat(300));
    var records =
        names.stream().map(name -> record(UUID.randomUUID(), "2026-01-31", name)).toList();
    load(definition, records.toArray(String[]::new));
    assertThat(names(definition))
        .containsExactlyInAnyOrderElementsOf(
            names.stream().map(name -> "2026-01-31 " + name).toList());
    assertThat(partitions(definition)).allSatisfy(path -> assertThat(path).hasSizeLessThan(1000));
    load(definition, records.getFirst().replace("..", "moved"));
    assertThat(names(definition)).hasSize(names.size()).contains("2026-01-31 moved");
  }

  @Test
  void rowsThatAreScatteredOverManyPartitionsAreOneFile() throws Exception {
    var definition = parted(LoadMode.APPEND, new Division("id", Transform.IDENTITY));
    var records =
        IntStream.range(0, 5_000)
            .mapToObj(i -> record(new UUID(0, i), "2026-01-31", "n" + i))
            .toArray(String[]::new);
    load(definition, records);
    assertThat(names(definition)).hasSize(records.length);
    assertThat(partitions(definition)).hasSize(1);
    load(definition, record(ONE, "2026-01-31", "later"));
    assertThat(partitions(definition)).hasSize(2);
  }

  /** A new field may have the name that Iceberg would give a partition. */
  @Test
  void aFieldMayBeNamedLikeAPartition() throws Exception {
    var fields = new ArrayList<>(SCHEMA.fields());
    fields.add(new Field("at_hour", FieldType.STRING, false, null));
    var definition =
        Pipelines.definition(
            lake.definition("hours", List.of(new Division("at", Transform.HOUR))),
            Pipelines.schema(List.of("id"), fields.toArray(Field[]::new)),
            LoadMode.APPEND,
            topic,
            1,
            null);
    StoreMigration.open(definition, lake.migrationEnvironment())
        .migrate(Pipelines.log(topic, 1, 0, 1000));
    assertThat(partitions(definition)).isEmpty();
  }
}
