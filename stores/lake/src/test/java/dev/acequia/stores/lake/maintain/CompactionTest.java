package dev.acequia.stores.lake.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is merged in tables that other writers made. */
class CompactionTest {
  private static final Schema SCHEMA =
      new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
  private static final int ROWS = 100;

  private final TreeSet<Long> expected = new TreeSet<>();
  private final List<DataFile> files = new ArrayList<>();
  private Table table;

  @BeforeEach
  void create() {
    var catalog = new InMemoryCatalog();
    catalog.initialize("test", Map.of());
    catalog.createNamespace(Namespace.of("ops"));
    table =
        catalog
            .buildTable(TableIdentifier.of("ops", "flights"), SCHEMA)
            .withProperty("format-version", "2")
            .create();
  }

  private String location(String ending) {
    return table.locationProvider().newDataLocation(UUID.randomUUID() + ending);
  }

  private void append() throws IOException {
    var key = new PartitionKey(table.spec(), SCHEMA);
    key.partition(GenericRecord.create(SCHEMA).copy("id", (long) files.size() * ROWS));
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(location(".parquet")))
            .forTable(table)
            .withPartition(key)
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      for (var i = 0; i < ROWS; i++) {
        var row = GenericRecord.create(SCHEMA);
        var id = (long) files.size() * ROWS + i;
        row.setField("id", id);
        writer.write(row);
        expected.add(id);
      }
    }
    files.add(writer.toDataFile());
    table.newAppend().appendFile(files.getLast()).commit();
  }

  /** Deletes every third row of all files, from one on. */
  private void deleteThirds(int from) throws IOException {
    var writer =
        Parquet.writeDeletes(table.io().newOutputFile(location("-deletes.parquet")))
            .withSpec(table.spec())
            .<Record>buildPositionWriter();
    var sorted = files.stream().map(DataFile::location).sorted().toList();
    try (writer) {
      for (var location : sorted) {
        for (var i = from; i < ROWS; i += 3) {
          writer.write(PositionDelete.<Record>create().set(location, i));
        }
      }
    }
    for (var file = 0; file < files.size(); file++) {
      for (var i = from; i < ROWS; i += 3) {
        expected.remove((long) file * ROWS + i);
      }
    }
    commit(writer.toDeleteFile());
  }

  private void commit(DeleteFile file) {
    table.newRowDelta().addDeletes(file).commit();
  }

  private List<Long> ids() throws IOException {
    table.refresh();
    var ids = new ArrayList<Long>();
    try (var rows = IcebergGenerics.read(table).build()) {
      rows.forEach(row -> ids.add((Long) row.getField("id")));
    }
    return ids.stream().sorted().toList();
  }

  private int deleteFiles() throws IOException {
    return LiveFiles.deletes(table, table.currentSnapshot()).size();
  }

  /** Of their positions, those of a few data files are held at a time. */
  @Test
  void moreDeletesThanFitIntoMemoryGoFileByFile() throws Exception {
    for (var i = 0; i < 4; i++) {
      append();
    }
    deleteThirds(0);
    deleteThirds(1);
    var compaction =
        new Compaction(
            Duration.ofSeconds(1),
            Clock.systemUTC(),
            () -> new Budget(2, 100, 1_000, Long.MAX_VALUE, 150));
    compaction.work(table);
    assertThat(ids()).containsExactlyElementsOf(expected);
    assertThat(deleteFiles()).isEqualTo(2);
    compaction.work(table);
    assertThat(ids()).containsExactlyElementsOf(expected);
    assertThat(deleteFiles()).isZero();
  }

  @Test
  void aTableWithEqualityDeletesStaysAsItIs() throws Exception {
    for (var i = 0; i < 12; i++) {
      append();
    }
    var writer =
        Parquet.writeDeletes(table.io().newOutputFile(location("-equal.parquet")))
            .forTable(table)
            .rowSchema(SCHEMA)
            .equalityFieldIds(1)
            .createWriterFunc(GenericParquetWriter::create)
            .<Record>buildEqualityWriter();
    try (writer) {
      var row = GenericRecord.create(SCHEMA);
      row.setField("id", 7L);
      writer.write(row);
    }
    expected.remove(7L);
    commit(writer.toDeleteFile());
    var head = table.currentSnapshot().snapshotId();
    assertThatThrownBy(this::compact).hasMessageContaining("has equality deletes");
    assertThat(ids()).containsExactlyElementsOf(expected);
    assertThat(table.currentSnapshot().snapshotId()).isEqualTo(head);
  }

  /** As after an hourly backfill, when nothing comes to the files any more. */
  @Test
  void fewFilesAreMergedWhenTheirSnapshotsAreGone() throws Exception {
    for (var i = 0; i < 3; i++) {
      append();
    }
    var compaction = new Compaction(Duration.ofSeconds(1), Clock.systemUTC());
    compaction.work(table);
    table.refresh();
    assertThat(LiveFiles.of(table, table.currentSnapshot()).count()).isEqualTo(3);
    table.newFastAppend().commit();
    table.expireSnapshots().expireOlderThan(System.currentTimeMillis() + 1).retainLast(1).commit();
    compaction.work(table);
    table.refresh();
    assertThat(LiveFiles.of(table, table.currentSnapshot()).count()).isEqualTo(1);
    assertThat(ids()).containsExactlyElementsOf(expected);
  }

  @Test
  void manyManifestsAreMergedThoughNoFilesAre() throws Exception {
    append();
    var file = files.getFirst();
    for (var i = 0; i <= Compaction.MOST_MANIFESTS; i++) {
      // Large files, which exist as far as manifests know.
      table
          .newFastAppend()
          .appendFile(imaginary(file).withFileSizeInBytes(Choice.TARGET_BYTES).build())
          .commit();
    }
    new Compaction(Duration.ofSeconds(1), Clock.systemUTC()).work(table);
    table.refresh();
    assertThat(table.currentSnapshot().allManifests(table.io())).hasSizeLessThan(3);
  }

  private DataFiles.Builder imaginary(DataFile like) {
    return DataFiles.builder(table.spec()).copy(like).withPath(location(".parquet"));
  }

  /** A lease is a version of the table, and the files are looked at each time. */
  @Test
  void filesOfWhichNoTwoFitIntoACommitAreNotDue() throws Exception {
    append();
    var append = table.newFastAppend();
    for (var i = 0; i < 12; i++) {
      append.appendFile(imaginary(files.getFirst()).withRecordCount(1_500_000).build());
    }
    append.commit();
    compact();
    table.refresh();
    assertThat(table.properties()).doesNotContainKey(Compaction.LEASE);
  }

  @Test
  void goesOnSoonWhileMorePartsAreDueThanOneCommitTakes() throws Exception {
    table.updateSpec().addField(Expressions.truncate("id", 10 * ROWS)).commit();
    for (var i = 0; i < 30; i++) {
      append();
    }
    var compaction =
        new Compaction(
            Duration.ofSeconds(1),
            Clock.systemUTC(),
            () -> new Budget(20, 20, 1_000_000, 1 << 30, 1_000_000));
    assertThat(compaction.work(table)).isLessThan(Duration.ofSeconds(10));
    assertThat(dataFiles()).isEqualTo(2 + 10);
    table.refresh();
    assertThat(compaction.work(table)).isEqualTo(Duration.ofSeconds(10));
    assertThat(dataFiles()).isEqualTo(3);
    assertThat(ids()).containsExactlyElementsOf(expected);
  }

  private Duration compact() throws IOException {
    return new Compaction(Duration.ofSeconds(1), Clock.systemUTC()).work(table);
  }

  private int dataFiles() throws IOException {
    table.refresh();
    return LiveFiles.of(table, table.currentSnapshot()).count();
  }

  @Test
  void aFileThatIsGoneKeepsItsOwnPartAsItIs() throws Exception {
    table.updateSpec().addField(Expressions.truncate("id", 12 * ROWS)).commit();
    for (var i = 0; i < 24; i++) {
      append();
    }
    table.io().deleteFile(files.getFirst().location());
    assertThatThrownBy(this::compact).isInstanceOf(NotFoundException.class);
    assertThat(dataFiles()).isEqualTo(12 + 1);
  }

  /** Its holder's clock may be wrong, or somebody may have written it by hand. */
  @ParameterizedTest
  @ValueSource(strings = {"somebody", "somebody soon", "somebody 9223372036854775807"})
  void aLeaseThatNobodyCanHaveTakenStopsNobody(String text) throws Exception {
    for (var i = 0; i < 12; i++) {
      append();
    }
    table.updateProperties().set(Compaction.LEASE, text).commit();
    compact();
    assertThat(dataFiles()).isEqualTo(1);
    assertThat(ids()).containsExactlyElementsOf(expected);
  }
}
