package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileIO;

/**
 * The files of one snapshot of a table.
 *
 * @param snapshotId -1 of a table to which nothing was written
 * @param sequence of the snapshot: files that belong to it have this number or a lower one
 * @param io reads the files
 */
record TablePlan(
    long snapshotId,
    int schemaId,
    long sequence,
    TableColumns columns,
    Map<Integer, PartitionSpec> specs,
    List<PlannedFile> files,
    FileIO io) {
  static final long NO_SNAPSHOT = -1;

  /**
   * Plans the table's current snapshot.
   *
   * @param maxFiles that it may have
   * @throws StoreReadException when it has what is not read here
   */
  static TablePlan of(Table table, RecordColumns records, int maxFiles) throws StoreReadException {
    var columns = TableColumns.of(table.schema(), records);
    if (table.properties().containsKey(TableProperties.DEFAULT_NAME_MAPPING)) {
      throw new StoreReadException(
          Reason.REFUSED,
          "the table has files of another origin, whose columns have no ids: write them anew");
    }
    var snapshot = table.currentSnapshot();
    return new TablePlan(
        snapshotId(table),
        table.schema().schemaId(),
        snapshot == null ? 0 : snapshot.sequenceNumber(),
        columns,
        table.specs(),
        snapshot == null ? List.of() : files(table, columns, maxFiles),
        table.io());
  }

  /** Whether it is that of the table's current snapshot and columns. */
  boolean isOf(Table table) {
    return snapshotId(table) == snapshotId && table.schema().schemaId() == schemaId;
  }

  private static long snapshotId(Table table) {
    var snapshot = table.currentSnapshot();
    return snapshot == null ? NO_SNAPSHOT : snapshot.snapshotId();
  }

  private static List<PlannedFile> files(Table table, TableColumns columns, int maxFiles)
      throws StoreReadException {
    var names = new ArrayList<String>();
    columns.names().forEach(names::add);
    var files = new ArrayList<PlannedFile>();
    try (var tasks = table.newScan().includeColumnStats(names).planFiles()) {
      for (var task : tasks) {
        if (files.size() == maxFiles) {
          throw new StoreReadException(
              Reason.REFUSED, "the table has more than %,d files: compact it".formatted(maxFiles));
        }
        files.add(planned(task));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(files);
  }

  private static PlannedFile planned(FileScanTask task) throws StoreReadException {
    if (task.file().format() != FileFormat.PARQUET) {
      throw new StoreReadException(
          Reason.REFUSED,
          "the table has files of the format %s, which another writer made: only Parquet is read"
              .formatted(task.file().format()));
    }
    for (var delete : task.deletes()) {
      if (delete.content() == FileContent.EQUALITY_DELETES) {
        throw new StoreReadException(
            Reason.REFUSED,
            "the table has equality deletes, which another writer made: compact it");
      }
      if (delete.format() != FileFormat.PARQUET) {
        throw new StoreReadException(
            Reason.REFUSED,
            "the table has deletes of the format %s, which another writer made: compact it"
                .formatted(delete.format()));
      }
    }
    return new PlannedFile(task.file(), task.deletes());
  }

  /**
   * The files that may have rows for which the condition holds.
   *
   * @param condition as {@link Fitting} has it
   */
  List<PlannedFile> matching(Condition condition) {
    if (condition.equals(Condition.always())) {
      return files;
    }
    var pruning = new Pruning(columns, specs, condition);
    return files.stream().filter(file -> pruning.mayMatch(file.file())).toList();
  }

  /** The files of deletes, by their locations. */
  Map<String, DeleteFile> deletes() {
    return deletes(files);
  }

  static Map<String, DeleteFile> deletes(Collection<PlannedFile> files) {
    var deletes = new LinkedHashMap<String, DeleteFile>();
    for (var file : files) {
      file.deletes().forEach(delete -> deletes.put(delete.location(), delete));
    }
    return deletes;
  }
}
