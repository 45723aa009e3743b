package dev.acequia.stores.lake.maintain;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** Positions of deleted rows by data file, as compressed bitmaps. */
final class DeletedPositions {
  /** Sorted by location, as delete files must be. */
  private final SortedMap<String, PositionDeleteIndex> byFile = new TreeMap<>();

  /** Adds all positions of a delete file. */
  void read(Table table, DeleteFile file) throws IOException {
    read(table, file, location -> true);
  }

  /**
   * Adds positions of a delete file.
   *
   * @param wanted the locations of data files to add
   * @return the other locations in the file
   */
  Set<String> read(Table table, DeleteFile file, Predicate<String> wanted) throws IOException {
    var others = new HashSet<String>();
    var projection = DeleteSchemaUtil.pathPosSchema();
    var location = "";
    PositionDeleteIndex index = null;
    try (var rows =
        Parquet.read(table.io().newInputFile(file.location()))
            .project(projection)
            .createReaderFunc(type -> GenericParquetReaders.buildReader(projection, type))
            .reuseContainers()
            .<Record>build()) {
      for (var row : rows) {
        var next = row.get(0).toString();
        if (!next.equals(location)) {
          location = next;
          index = wanted.test(location) ? index(location) : null;
          if (index == null) {
            others.add(location);
          }
        }
        if (index != null) {
          index.delete((Long) row.get(1));
        }
      }
    }
    return others;
  }

  private PositionDeleteIndex index(String location) {
    return byFile.computeIfAbsent(
        location, key -> Deletes.toPositionIndex(CloseableIterable.<Long>empty()));
  }

  void add(String location, PositionDeleteIndex positions) {
    index(location).merge(positions);
  }

  void add(String location, long position) {
    index(location).delete(position);
  }

  /** The positions in a data file; null when it has none. */
  @Nullable PositionDeleteIndex of(String location) {
    return byFile.get(location);
  }

  /** Removes and returns the positions in a data file; null when it has none. */
  @Nullable PositionDeleteIndex take(String location) {
    return byFile.remove(location);
  }

  /** Forgets the positions in all other data files. */
  void keep(Predicate<String> location) {
    byFile.keySet().removeIf(location.negate());
  }

  /** The number of positions. */
  long size() {
    return byFile.values().stream().mapToLong(PositionDeleteIndex::cardinality).sum();
  }

  boolean isEmpty() {
    return byFile.isEmpty();
  }

  void forEach(BiConsumer<String, PositionDeleteIndex> consumer) {
    byFile.forEach(consumer);
  }

  /** Writes all positions to a new delete file. */
  DeleteFile write(Table table, Part part, StructLike partition) throws IOException {
    PositionDeleteWriter<Record> writer =
        Parquet.writeDeletes(
                table
                    .io()
                    .newOutputFile(
                        table
                            .locationProvider()
                            .newDataLocation(UUID.randomUUID() + "-merged-deletes.parquet")))
            .overwrite()
            .setAll(table.properties())
            .metricsConfig(MetricsConfig.forPositionDelete())
            .withSpec(part.spec(table))
            .withPartition(partition)
            .buildPositionWriter();
    try (writer) {
      var delete = PositionDelete.<Record>create();
      byFile.forEach(
          (location, index) ->
              index.forEach(position -> writer.write(delete.set(location, position))));
    }
    return writer.toDeleteFile();
  }
}
