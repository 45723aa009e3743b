package dev.acequia.stores.lake;

import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.StructLikeWrapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of one batch, which are the table's once they are committed. */
final class NewFiles {
  private static final Logger LOG = LoggerFactory.getLogger(NewFiles.class);

  private final Table table;
  private final List<DataFile> rows = new ArrayList<>();
  private final List<DeleteFile> deletes = new ArrayList<>();
  private final List<DataFile> notes = new ArrayList<>();
  private Set<String> replacedIn = Set.of();

  private NewFiles(Table table) {
    this.table = table;
  }

  /** Writes what a load found out. */
  static NewFiles write(
      TableState state, StoreDefinition.Lake store, Schema schema, LakeBatch batch, Load load) {
    var files = new NewFiles(state.table());
    var isWhole = false;
    try {
      files.writeRows(schema, batch, load.stored());
      files.writeDeletes(load.replaced());
      if (!load.notes().isEmpty()) {
        files.notes.add(NoteFiles.write(state.table(), store, load.notes()));
      }
      isWhole = true;
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!isWhole) {
        files.remove();
      }
    }
  }

  private void writeRows(Schema schema, LakeBatch batch, BitSet stored) throws IOException {
    var row = new BatchRow(batch, schema, table.schema());
    var parts = RowParts.of(table, row, stored);
    for (var part : parts.byKey().entrySet()) {
      rows.add(write(row, part.getValue(), table.spec(), part.getKey(), schema));
    }
    if (!parts.others().isEmpty()) {
      rows.add(write(row, parts.others(), parts.unparted(), null, schema));
    }
  }

  private DataFile write(
      BatchRow row, BitSet some, PartitionSpec spec, @Nullable PartitionKey key, Schema schema)
      throws IOException {
    DataWriter<BatchRow> writer =
        Parquet.writeData(table.io().newOutputFile(location("")))
            .forTable(table)
            .overwrite() // the name is new; S3 tells so only to who may list the bucket
            .withSpec(spec)
            .withPartition(key)
            .createWriterFunc(type -> new BatchRowWriter(type, schema))
            .build();
    try (writer) {
      for (var i = some.nextSetBit(0); i >= 0; i = some.nextSetBit(i + 1)) {
        writer.write(row.at(i));
      }
    }
    return writer.toDataFile();
  }

  /** Without the partition's values: a record can have any text of any length. */
  private String location(String suffix) {
    return table.locationProvider().newDataLocation(UUID.randomUUID() + suffix + ".parquet");
  }

  /** One file for all rows of one partition of the table, in the order that the format asks for. */
  private void writeDeletes(List<StoredRow> replaced) throws IOException {
    replacedIn = replaced.stream().map(row -> row.file().location()).collect(Collectors.toSet());
    var groups = new LinkedHashMap<Part, List<StoredRow>>();
    for (var row : replaced) {
      var spec = spec(row.file());
      var values = StructLikeWrapper.forType(spec.partitionType()).set(row.file().partition());
      groups.computeIfAbsent(new Part(spec.specId(), values), part -> new ArrayList<>()).add(row);
    }
    for (var group : groups.values()) {
      group.sort(
          Comparator.comparing((StoredRow row) -> row.file().location())
              .thenComparingLong(StoredRow::position));
      writeDeletes(group.getFirst().file(), group);
    }
  }

  /** A partition of the table, which may have been parted in other ways before. */
  private record Part(int spec, StructLikeWrapper values) {}

  private PartitionSpec spec(DataFile file) {
    return Objects.requireNonNull(table.specs().get(file.specId()), "the spec of a file");
  }

  private void writeDeletes(DataFile any, List<StoredRow> group) throws IOException {
    var spec = spec(any);
    StructLike partition = any.partition();
    PositionDeleteWriter<Record> writer =
        Parquet.writeDeletes(table.io().newOutputFile(location("-deletes")))
            .overwrite()
            .setAll(table.properties())
            .metricsConfig(MetricsConfig.forPositionDelete())
            .withSpec(spec)
            .withPartition(partition)
            .buildPositionWriter();
    try (writer) {
      var delete = PositionDelete.<Record>create();
      group.forEach(row -> writer.write(delete.set(row.file().location(), row.position())));
    }
    deletes.add(writer.toDeleteFile());
  }

  /**
   * Adds the files to a transaction.
   *
   * @param base the snapshot in which the replaced rows were found
   * @return the change of the main branch, not committed yet
   */
  SnapshotUpdate<?> addTo(Transaction transaction, @Nullable Snapshot base) {
    if (!notes.isEmpty()) {
      var change = transaction.newFastAppend().toBranch(LakeTables.NOTES);
      notes.forEach(change::appendFile);
      change.commit();
    }
    if (deletes.isEmpty() || base == null) {
      var change = transaction.newFastAppend();
      rows.forEach(change::appendFile);
      return change;
    }
    var change = transaction.newRowDelta();
    rows.forEach(change::addRows);
    deletes.forEach(change::addDeletes);
    // A compaction beside it may have written the replaced rows to other files.
    change
        .validateFromSnapshot(base.snapshotId())
        .validateDataFilesExist(replacedIn)
        .validateDeletedFiles();
    return change;
  }

  /** Removes the files, which nobody knows. */
  void remove() {
    Stream.<List<? extends ContentFile<?>>>of(rows, deletes, notes)
        .flatMap(List::stream)
        .forEach(
            file -> {
              try {
                table.io().deleteFile(file.location());
              } catch (RuntimeException e) {
                LOG.warn("{} is left over", file.location(), e);
              }
            });
  }
}
