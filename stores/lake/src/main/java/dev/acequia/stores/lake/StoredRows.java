package dev.acequia.stores.lake;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import dev.acequia.stores.Origin;
import dev.acequia.stores.lake.table.ForeignFileException;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.lake.table.Truncation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Finds rows of a table as of one snapshot. Files are passed over by the bounds that the table
 * knows of their columns; of the others, only these columns are read.
 */
final class StoredRows {
  /** Beyond as many values, the bounds of all are asked for instead. */
  private static final int MOST_VALUES = 200;

  private final TableState state;
  private final Schema schema;
  private final Map<String, Map<String, PositionDeleteIndex>> deletes = new HashMap<>();

  StoredRows(TableState state, Schema schema) {
    this.state = state;
    this.schema = schema;
  }

  /** A row that was found. */
  private interface Found {
    void row(FileScanTask task, Record row);
  }

  /** Those of the origins that the table has. */
  Set<Origin> origins(Set<Origin> wanted) {
    var found = new HashSet<Origin>();
    if (wanted.isEmpty()) {
      return found;
    }
    var offsets = wanted.stream().mapToLong(Origin::offset).summaryStatistics();
    var partitions = wanted.stream().map(Origin::partition).distinct().toList();
    var filter =
        Expressions.and(
            Expressions.in(LakeColumns.PARTITION, partitions),
            Expressions.and(
                Expressions.greaterThanOrEqual(LakeColumns.OFFSET, offsets.getMin()),
                Expressions.lessThanOrEqual(LakeColumns.OFFSET, offsets.getMax())));
    scan(
        filter,
        LakeColumns.PROVENANCE,
        (task, row) -> {
          var origin = origin(row);
          if (wanted.contains(origin)) {
            found.add(origin);
          }
        });
    return found;
  }

  /**
   * The rows of keys.
   *
   * @param keys by the key, a row of the batch that has it
   */
  Map<ByteBuffer, StoredRow> byKey(LakeBatch batch, Map<ByteBuffer, Integer> keys) {
    var found = new HashMap<ByteBuffer, StoredRow>();
    if (keys.isEmpty()) {
      return found;
    }
    var columns = new ArrayList<>(schema.key());
    columns.addAll(LakeColumns.PROVENANCE);
    var types =
        schema.key().stream()
            .map(name -> schema.fields().get(schema.indexOf(name)).type())
            .toList();
    var bytes = new KeyBytes();
    // One object per file: a batch may replace all rows of a file.
    var files = new HashMap<String, DataFile>();
    scan(
        keyFilter(batch, keys.values()),
        columns,
        (task, row) -> {
          for (var i = 0; i < types.size(); i++) {
            bytes.put(types.get(i), row.get(i));
          }
          var key = bytes.take();
          if (keys.containsKey(key)) {
            found.put(
                key,
                new StoredRow(
                    files.computeIfAbsent(
                        task.file().location(), location -> task.file().copyWithoutStats()),
                    (Long) row.getField(MetadataColumns.ROW_POSITION.name()),
                    origin(row)));
          }
        });
    return found;
  }

  private Expression keyFilter(LakeBatch batch, Iterable<Integer> rows) {
    Expression filter = Expressions.alwaysTrue();
    for (var name : schema.key()) {
      var index = schema.indexOf(name);
      filter = Expressions.and(filter, filter(batch, index, rows));
    }
    return filter;
  }

  private Expression filter(LakeBatch batch, int field, Iterable<Integer> rows) {
    var name = schema.fields().get(field).name();
    if (!isOrdered(schema.fields().get(field).type())) {
      return Expressions.alwaysTrue();
    }
    var column = batch.column(field);
    var values = new HashSet<Object>();
    for (var row : rows) {
      var value = column.value(row);
      if (value != null) {
        values.add(value);
      }
    }
    if (values.size() <= MOST_VALUES) {
      return Expressions.in(name, values);
    }
    Comparator<Object> order = Comparators.forType(LakeColumns.type(schema.fields().get(field)));
    var least = values.stream().min(order).orElseThrow();
    return Truncation.wraps(state.table().specs().values(), name, least)
        ? Expressions.alwaysTrue()
        : Expressions.and(
            Expressions.greaterThanOrEqual(name, least),
            Expressions.lessThanOrEqual(name, values.stream().max(order).orElseThrow()));
  }

  /** Whether files can be passed over by its bounds. */
  private static boolean isOrdered(FieldType type) {
    return switch (type) {
      case STRING, INT32, INT64, DATE, TIMESTAMP, DECIMAL -> true;
      case JSON, DOUBLE, BOOLEAN, UUID -> false;
    };
  }

  private static Origin origin(Record row) {
    return new Origin(
        (Integer) row.getField(LakeColumns.GENERATION),
        (Integer) row.getField(LakeColumns.PARTITION),
        (Long) row.getField(LakeColumns.OFFSET));
  }

  private void scan(Expression filter, List<String> columns, Found found) {
    var table = state.table();
    var head = state.head();
    if (head == null) {
      return;
    }
    var fields = new ArrayList<NestedField>();
    columns.forEach(name -> fields.add(table.schema().findField(name)));
    fields.add(MetadataColumns.ROW_POSITION);
    var projection = new org.apache.iceberg.Schema(fields);
    try (var tasks =
        table
            .newScan()
            .useSnapshot(head.snapshotId())
            .filter(filter)
            .ignoreResiduals()
            .planFiles()) {
      for (var task : tasks) {
        read(table, task, filter, projection, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(
      Table table,
      FileScanTask task,
      Expression filter,
      org.apache.iceberg.Schema projection,
      Found found)
      throws IOException {
    ForeignFileException.check(task.file());
    task.deletes().forEach(ForeignFileException::check);
    var deleted = deleted(table, task);
    try (var rows =
        Parquet.read(table.io().newInputFile(task.file().location()))
            .project(projection)
            .filter(filter)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(projection, type))
            .reuseContainers()
            .<Record>build()) {
      for (var row : rows) {
        var position = (Long) row.getField(MetadataColumns.ROW_POSITION.name());
        if (!deleted.isDeleted(position)) {
          found.row(task, row);
        }
      }
    }
  }

  /** The numbers of the file's rows that are no more. */
  private PositionDeleteIndex deleted(Table table, FileScanTask task) throws IOException {
    var all = none();
    for (var file : task.deletes()) {
      var byFile = deletes.get(file.location());
      if (byFile == null) {
        byFile = read(table, file);
        deletes.put(file.location(), byFile);
      }
      var own = byFile.get(task.file().location());
      if (own != null) {
        all.merge(own);
      }
    }
    return all;
  }

  /** Compressed: random keys delete a few rows in each of many large files. */
  private static PositionDeleteIndex none() {
    return Deletes.toPositionIndex(CloseableIterable.<Long>empty());
  }

  private static Map<String, PositionDeleteIndex> read(Table table, DeleteFile file)
      throws IOException {
    var projection = DeleteSchemaUtil.pathPosSchema();
    var byFile = new HashMap<String, PositionDeleteIndex>();
    try (var rows =
        Parquet.read(table.io().newInputFile(file.location()))
            .project(projection)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(projection, type))
            .<Record>build()) {
      for (var row : rows) {
        byFile.computeIfAbsent(row.get(0).toString(), path -> none()).delete((Long) row.get(1));
      }
    }
    return byFile;
  }
}
