package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Rewrites files of a part: data without deleted rows, and many delete files as one. */
final class PartRewrite {
  /** The writer buffers a group; readers skip groups by their bounds. */
  private static final String ROW_GROUP_BYTES = String.valueOf(16 << 20);

  /** The writer checks its buffer after this many rows; a row may have a MiB. */
  private static final String ROWS_UNTIL_CHECK = "10";

  private final Table table;
  private final Part part;
  private final StructLike partition;
  private final List<DataFile> replaced = new ArrayList<>();
  private final List<DeleteFile> replacedDeletes = new ArrayList<>();
  private final List<DataFile> added = new ArrayList<>();
  private final Map<String, Moved> moved = new HashMap<>();
  private final Set<String> created = new LinkedHashSet<>();

  /** The rest of the replaced deletes. */
  private final DeletedPositions left = new DeletedPositions();

  private @Nullable DeleteFile addedDeletes;

  /** The new place of a replaced file's live rows: in order from a position on. */
  private record Moved(String location, long from, @Nullable PositionDeleteIndex deleted) {}

  private PartRewrite(Table table, Choice choice) {
    this.table = table;
    part = choice.part();
    var group = choice.group();
    partition = (group.data().isEmpty() ? group.deletes() : group.data()).getFirst().partition();
  }

  /** Writes new files within the budget; null when there is nothing to replace. */
  static @Nullable PartRewrite write(Table table, LiveFiles files, Choice choice, Budget budget)
      throws IOException {
    var rewrite = new PartRewrite(table, choice);
    var isWhole = false;
    try {
      rewrite.write(files, choice, budget);
      isWhole = true;
    } finally {
      if (!isWhole) {
        rewrite.remove();
      }
    }
    return rewrite.isEmpty() ? null : rewrite;
  }

  private void write(LiveFiles files, Choice choice, Budget budget) throws IOException {
    var deletes =
        choice.group().deletes().stream()
            .sorted(Comparator.comparingLong(DeleteFile::recordCount))
            .toList();
    var read = deletes.stream().takeWhile(budget::take).toList();
    if (read.size() < deletes.size() && read.size() < Choice.ENOUGH) {
      relieve(files, choice, deletes, budget);
      return;
    }
    for (var file : read) {
      left.read(table, file);
    }
    left.keep(files::isThere);
    // A rewrite drops a file's deleted rows only when all of them are known.
    if (read.size() == deletes.size()) {
      for (var bin : bins(pick(files, choice, budget))) {
        merge(bin);
      }
    }
    // One file with only the deletes that must stay cannot shrink.
    if (read.size() > 1 || left.size() < read.stream().mapToLong(DeleteFile::recordCount).sum()) {
      replacedDeletes.addAll(read);
    } else {
      left.keep(location -> false);
    }
  }

  /** Rewrites the oldest data when the deleted rows exceed the memory. */
  private void relieve(LiveFiles files, Choice choice, List<DeleteFile> deletes, Budget budget)
      throws IOException {
    var oldest =
        choice.group().data().stream()
            .filter(Choice::isReadable)
            .sorted(Choice.OLDEST_FIRST)
            .takeWhile(budget::take)
            .toList();
    var wanted = oldest.stream().map(DataFile::location).collect(Collectors.toSet());
    for (var file : deletes) {
      if (left.read(table, file, wanted::contains).stream().noneMatch(files::isThere)) {
        replacedDeletes.add(file);
      }
    }
    for (var bin : bins(oldest)) {
      merge(bin);
    }
  }

  private List<DataFile> pick(LiveFiles files, Choice choice, Budget budget) {
    var picked = new LinkedHashSet<DataFile>();
    choice.group().data().stream()
        .filter(
            file ->
                deletedIn(file) > Choice.allowed(file, files.count()) && Choice.isReadable(file))
        .sorted(Comparator.comparingLong(this::deletedIn).reversed())
        .takeWhile(budget::take)
        .forEach(picked::add);
    var small = new ArrayList<DataFile>();
    for (var file : choice.merged()) {
      if (picked.contains(file) || budget.take(file)) {
        small.add(file);
      }
    }
    if (small.size() > 1) {
      picked.addAll(small);
    }
    return List.copyOf(picked);
  }

  private long deletedIn(DataFile file) {
    var deleted = left.of(file.location());
    return deleted == null ? 0 : deleted.cardinality();
  }

  /** Merges the files of each bin. */
  private static List<List<DataFile>> bins(List<DataFile> files) {
    var bins = new ArrayList<List<DataFile>>();
    var bytes = Long.MAX_VALUE;
    for (var file : files) {
      if (bytes >= Choice.TARGET_BYTES) {
        bins.add(new ArrayList<>());
        bytes = 0;
      }
      bins.getLast().add(file);
      bytes += file.fileSizeInBytes();
    }
    return bins;
  }

  private void merge(List<DataFile> bin) throws IOException {
    var location = table.locationProvider().newDataLocation(UUID.randomUUID() + "-merged.parquet");
    created.add(location);
    DataWriter<Record> writer =
        Parquet.writeData(table.io().newOutputFile(location))
            .forTable(table)
            .overwrite()
            .set(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, ROW_GROUP_BYTES)
            .set(TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT, ROWS_UNTIL_CHECK)
            .withSpec(part.spec(table))
            .withPartition(partition)
            .createWriterFunc(GenericParquetWriter::create)
            .build();
    var written = 0L;
    try (writer) {
      for (var file : bin) {
        var deleted = left.take(file.location());
        moved.put(file.location(), new Moved(location, written, deleted));
        replaced.add(file);
        written += copy(file, deleted, writer);
      }
    }
    if (written == 0) {
      table.io().deleteFile(location);
      created.remove(location);
    } else {
      added.add(writer.toDataFile());
    }
  }

  /** Copies the live rows, and returns their number. */
  private long copy(DataFile file, @Nullable PositionDeleteIndex deleted, DataWriter<Record> writer)
      throws IOException {
    if (deleted != null && deleted.cardinality() == file.recordCount()) {
      return 0;
    }
    var copied = 0L;
    var position = 0L;
    try (var rows =
        Parquet.read(table.io().newInputFile(file.location()))
            .project(table.schema())
            .createReaderFunc(type -> GenericParquetReaders.buildReader(table.schema(), type))
            .reuseContainers()
            .<Record>build()) {
      for (var row : rows) {
        if (deleted == null || !deleted.isDeleted(position)) {
          writer.write(row);
          copied++;
        }
        position++;
      }
    }
    return copied;
  }

  private boolean isEmpty() {
    return replaced.isEmpty() && replacedDeletes.isEmpty();
  }

  Part part() {
    return part;
  }

  /**
   * Carries over deletes committed after the new files were written. Deletes of moved rows apply to
   * the rows' new places.
   */
  void carry(DeleteFile file) throws IOException {
    var read = new DeletedPositions();
    read.read(table, file);
    if (moved.keySet().stream().allMatch(location -> read.of(location) == null)) {
      return;
    }
    replacedDeletes.add(file);
    read.forEach(
        (location, positions) -> {
          var place = moved.get(location);
          if (place == null) {
            left.add(location, positions);
          } else {
            carry(place, positions);
          }
        });
  }

  private void carry(Moved place, PositionDeleteIndex positions) {
    var before = new AtomicLong();
    var counted = new AtomicLong();
    positions.forEach(
        position -> {
          var deleted = place.deleted();
          if (deleted == null) {
            left.add(place.location(), place.from() + position);
          } else if (!deleted.isDeleted(position)) {
            deleted.forEachInRange(counted.get(), position, one -> before.incrementAndGet());
            counted.set(position);
            left.add(place.location(), place.from() + position - before.get());
          }
        });
  }

  /** Adds the changed files to a commit. */
  void addTo(RewriteFiles change) throws IOException {
    var former = addedDeletes;
    if (former != null) {
      delete(former.location());
      addedDeletes = null;
    }
    if (!left.isEmpty()) {
      var deletes = left.write(table, part, partition);
      created.add(deletes.location());
      addedDeletes = deletes;
      change.addFile(deletes);
    }
    replaced.forEach(change::deleteFile);
    replacedDeletes.forEach(change::deleteFile);
    added.forEach(change::addFile);
  }

  /** Removes the new files; no snapshot may name them. */
  void remove() {
    Set.copyOf(created).forEach(this::delete);
  }

  private void delete(String location) {
    created.remove(location);
    table.io().deleteFile(location);
  }
}
