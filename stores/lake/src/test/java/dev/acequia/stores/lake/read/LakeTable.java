package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.apache.iceberg.jdbc.UncheckedInterruptedException;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A table in a local folder, written by Iceberg's own writers; what is current is in memory. */
final class LakeTable implements TableSource {
  private final String location;
  private final BaseTable table;
  private volatile @Nullable TableMetadata current;
  private final OpenedFiles files = new OpenedFiles();
  private volatile CountDownLatch answers = new CountDownLatch(0);
  int loads;

  LakeTable(Path folder, Schema schema, PartitionSpec spec) {
    location = folder.toUri().toString().replaceFirst("/+$", "");
    current =
        TableMetadata.newTableMetadata(
            schema, spec, SortOrder.unsorted(), location, Map.of("format-version", "2"));
    table = new BaseTable(new Operations(), "flights");
  }

  LakeTable(Path folder, Schema schema) {
    this(folder, schema, PartitionSpec.unpartitioned());
  }

  /** One view of the table, which is renewed when it is told to. */
  private final class Operations implements TableOperations {
    private TableMetadata seen = existing();

    private TableMetadata existing() {
      try {
        answers.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UncheckedInterruptedException(e, "the catalog was asked");
      }
      var metadata = current;
      if (metadata == null) {
        throw new NoSuchTableException("the table was dropped");
      }
      return metadata;
    }

    @Override
    public TableMetadata current() {
      return seen;
    }

    @Override
    public TableMetadata refresh() {
      seen = existing();
      return seen;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // as Iceberg's own operations compare them
    public void commit(TableMetadata base, TableMetadata metadata) {
      synchronized (LakeTable.this) {
        if (existing() != base) {
          throw new CommitFailedException("another was first");
        }
        current = metadata;
        seen = metadata;
      }
    }

    @Override
    public FileIO io() {
      return files;
    }

    @Override
    public String metadataFileLocation(String name) {
      return location + "/metadata/" + name;
    }

    @Override
    public LocationProvider locationProvider() {
      return LocationProviders.locationsFor(location, Map.of());
    }
  }

  String location() {
    return location;
  }

  Table table() {
    return table;
  }

  /** The table's opened files, in order. */
  List<String> opened() {
    return files.opened();
  }

  /** The table's current plan, by a new reader. */
  TablePlan plan(RecordColumns records) throws StoreReadException {
    try (var manifests = new Manifests(1 << 20)) {
      return TablePlan.of(table, TablePlan.columns(table, records), manifests);
    }
  }

  /** The catalog does not answer until {@link #answerAgain}. */
  void answerNobody() {
    answers = new CountDownLatch(1);
  }

  void answerAgain() {
    answers.countDown();
  }

  void drop() {
    current = null;
  }

  @Override
  public Table load() {
    loads++;
    return new BaseTable(new Operations(), "flights");
  }

  /** A row of some of the columns; what is required has a value without being named. */
  Record row(Object... namesAndValues) {
    var row = GenericRecord.create(table.schema());
    row.setField(LakeColumns.GENERATION, 1);
    row.setField(LakeColumns.PARTITION, 0);
    row.setField(LakeColumns.OFFSET, 0L);
    for (var i = 0; i < namesAndValues.length; i += 2) {
      row.setField((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return row;
  }

  Record row(Map<String, @Nullable Object> values) {
    var row = GenericRecord.create(table.schema());
    values.forEach(row::setField);
    return row;
  }

  /** Commits a file of rows, which have one partition. */
  DataFile append(Record... rows) throws IOException {
    return append(Arrays.asList(rows));
  }

  DataFile append(List<Record> rows) throws IOException {
    var file = write(rows);
    table.newFastAppend().appendFile(file).commit();
    return file;
  }

  DataFile write(List<Record> rows) throws IOException {
    var name = table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet");
    var writer =
        Parquet.writeData(table.io().newOutputFile(name))
            .forTable(table)
            .withSpec(table.spec())
            .withPartition(partition(rows.getFirst()))
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    try (writer) {
      rows.forEach(writer::write);
    }
    return writer.toDataFile();
  }

  /** The metadata of a missing file with one row, with the bounds of a number. */
  DataFile imaginary(String column, long value) {
    var id = table.schema().findField(column).fieldId();
    var bound = Conversions.toByteBuffer(Types.LongType.get(), value);
    return DataFiles.builder(table.spec())
        .withPath(location + "/data/" + UUID.randomUUID() + ".parquet")
        .withFileSizeInBytes(1_000)
        .withMetrics(
            new Metrics(
                1L,
                null,
                Map.of(id, 1L),
                Map.of(id, 0L),
                null,
                Map.of(id, bound),
                Map.of(id, bound)))
        .build();
  }

  private @Nullable StructLike partition(Record row) {
    if (table.spec().isUnpartitioned()) {
      return null;
    }
    var key = new PartitionKey(table.spec(), table.schema());
    key.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(row));
    return key;
  }

  /** Commits the deletion of rows of a file. */
  void delete(DataFile file, long... positions) throws IOException {
    table.newRowDelta().addDeletes(writeDelete(file, positions)).commit();
  }

  DeleteFile writeDelete(DataFile file, long... positions) throws IOException {
    return writeDelete(List.of(file), positions);
  }

  /** Positions that are deleted in each of some files, which have one partition. */
  DeleteFile writeDelete(List<DataFile> files, long... positions) throws IOException {
    var name = table.locationProvider().newDataLocation(UUID.randomUUID() + "-deletes.parquet");
    var writer =
        Parquet.writeDeletes(table.io().newOutputFile(name))
            .withSpec(table.spec())
            .withPartition(files.getFirst().partition())
            .<Record>buildPositionWriter();
    var locations = files.stream().map(DataFile::location).sorted().toList();
    try (writer) {
      for (var location : locations) {
        for (var position : positions) {
          writer.write(PositionDelete.<Record>create().set(location, position));
        }
      }
    }
    return writer.toDeleteFile();
  }

  /** Commits the deletion of all rows that have a value in a column. */
  void deleteWhere(String column, Object value) throws IOException {
    var name = table.locationProvider().newDataLocation(UUID.randomUUID() + "-equal.parquet");
    var schema = table.schema().select(column);
    var writer =
        Parquet.writeDeletes(table.io().newOutputFile(name))
            .forTable(table)
            .rowSchema(schema)
            .withSpec(PartitionSpec.unpartitioned())
            .equalityFieldIds(table.schema().findField(column).fieldId())
            .createWriterFunc(GenericParquetWriter::create)
            .<Record>buildEqualityWriter();
    try (writer) {
      var row = GenericRecord.create(schema);
      row.setField(column, value);
      writer.write(row);
    }
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
  }

  static Map<String, @Nullable Object> values() {
    return new LinkedHashMap<>();
  }

  @Override
  public void close() {}
}
