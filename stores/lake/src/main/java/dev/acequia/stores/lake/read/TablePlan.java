package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.table.ForeignFiles;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.RecordColumns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileIO;

/** The files of one snapshot of a table. */
final class TablePlan {
  private static final long NO_SNAPSHOT = -1;

  private final UUID table;
  private final long snapshotId;
  private final int schemaId;
  private final long sequence;
  private final TableColumns columns;
  private final Map<Integer, PartitionSpec> specs;
  private final Manifests.Files all;
  private final Deletes index;
  private final Map<String, PlannedDeletes> deletes;
  private final FileIO io;

  private TablePlan(Table table, TableColumns columns, Manifests.Files all) {
    var snapshot = table.currentSnapshot();
    this.table = table.uuid();
    snapshotId = snapshotId(table);
    schemaId = table.schema().schemaId();
    sequence = snapshot == null ? 0 : snapshot.sequenceNumber();
    this.columns = columns;
    specs = table.specs();
    this.all = all;
    index = new Deletes(all.deletes());
    deletes = byLocation(index.of(all.files()));
    io = table.io();
  }

  private static Map<String, PlannedDeletes> byLocation(List<PlannedDeletes> all) {
    var read = new LinkedHashMap<String, PlannedDeletes>();
    for (var one : all) {
      if (one.refusal() == null) {
        read.put(one.location(), one);
      }
    }
    return read;
  }

  /**
   * The columns of a table as they are now.
   *
   * @throws StoreReadException when they are not those that queries need
   */
  static TableColumns columns(Table table, RecordColumns records) throws StoreReadException {
    var refusal = ForeignFiles.refusal(table);
    if (refusal != null) {
      throw new StoreReadException(Reason.REFUSED, refusal);
    }
    return TableColumns.of(table.schema(), records);
  }

  /**
   * Plans the table's current snapshot.
   *
   * @throws StoreReadException when its files cannot be read or are too many
   */
  static TablePlan of(Table table, TableColumns columns, Manifests manifests)
      throws StoreReadException {
    var snapshot = table.currentSnapshot();
    return new TablePlan(
        table,
        columns,
        snapshot == null
            ? new Manifests.Files(List.of(), List.of())
            : manifests.of(snapshot, table.io(), table.specs(), columns.kept()));
  }

  /** Whether it is that of the table's current snapshot and columns. */
  boolean isOf(Table other) {
    return table.equals(other.uuid())
        && snapshotId(other) == snapshotId
        && other.schema().schemaId() == schemaId;
  }

  private static long snapshotId(Table table) {
    var snapshot = table.currentSnapshot();
    return snapshot == null ? NO_SNAPSHOT : snapshot.snapshotId();
  }

  /** That of the snapshot; -1 of a table to which nothing was written. */
  long snapshotId() {
    return snapshotId;
  }

  /** That of the snapshot: files that belong to it have this number or a lower one. */
  long sequence() {
    return sequence;
  }

  TableColumns columns() {
    return columns;
  }

  /** All files. */
  List<PlannedFile> files() {
    return all.files();
  }

  /** The deletes that are read, by their locations. */
  Map<String, PlannedDeletes> deletes() {
    return deletes;
  }

  /** Reads the files. */
  FileIO io() {
    return io;
  }

  /** Files, and the deletes that apply to them. */
  record Selection(TablePlan plan, List<PlannedFile> files, List<PlannedDeletes> deletes) {
    /** Rows, the deleted ones among them. */
    long records() {
      return files.stream().mapToLong(PlannedFile::records).sum();
    }
  }

  /**
   * The files that may have rows for which the condition holds.
   *
   * @param condition as {@link Fitting} has it
   */
  Selection matching(Condition condition) {
    var files = all.files();
    if (!condition.equals(Condition.always())) {
      var pruning = new Pruning(columns, specs, condition);
      files = files.stream().filter(pruning::mayMatch).toList();
    }
    return new Selection(this, files, index.of(files));
  }
}
