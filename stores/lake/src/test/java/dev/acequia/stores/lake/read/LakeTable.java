package dev.acequia.stores.lake.read;

import dev.acequia.stores.lake.catalog.LocalFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** A table in a local folder, written by Iceberg's own writers. */
final class LakeTable implements TableSource {
  private static final TableIdentifier NAME = TableIdentifier.of("ops", "flights");

  private final InMemoryCatalog catalog = new InMemoryCatalog();
  private final String location;
  private final Table table;
  int loads;

  LakeTable(Path folder, Schema schema, PartitionSpec spec) {
    location = folder.toUri().toString().replaceFirst("/+$", "");
    catalog.initialize(
        "test",
        Map.of(
            CatalogProperties.WAREHOUSE_LOCATION,
            location,
            CatalogProperties.FILE_IO_IMPL,
            LocalFiles.class.getName()));
    catalog.createNamespace(Namespace.of("ops"));
    table =
        catalog
            .buildTable(NAME, schema)
            .withPartitionSpec(spec)
            .withLocation(location)
            .withProperty("format-version", "2")
            .create();
  }

  LakeTable(Path folder, Schema schema) {
    this(folder, schema, PartitionSpec.unpartitioned());
  }

  String location() {
    return location;
  }

  Table table() {
    return table;
  }

  void drop() {
    catalog.dropTable(NAME, false);
  }

  @Override
  public Table load() {
    loads++;
    return catalog.loadTable(NAME);
  }

  /** A row of some of the columns. */
  Record row(Object... namesAndValues) {
    var row = GenericRecord.create(table.schema());
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
    var name = table.locationProvider().newDataLocation(UUID.randomUUID() + "-deletes.parquet");
    var writer =
        Parquet.writeDeletes(table.io().newOutputFile(name))
            .forTable(table)
            .withSpec(table.spec())
            .withPartition(file.partition())
            .<Record>buildPositionWriter();
    try (writer) {
      for (var position : positions) {
        writer.write(PositionDelete.<Record>create().set(file.location(), position));
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
  public void close() {
    try {
      catalog.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
