package dev.acequia.stores.lake.maintain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * What a part needs, by its manifests alone. Small files are merged by levels, each eight times the
 * size of the one below, so a row is written about once for each level on its way to a full file.
 *
 * @param merged the small files to merge, oldest first; may be empty
 */
record Choice(Part part, LiveFiles.Group group, List<DataFile> merged) {
  private static final long MIB = 1 << 20;

  /** The size that files grow to. Readers fetch whole files, writers scan the keys of each. */
  static final long TARGET_BYTES = 96 * MIB;

  /** Two small files always fit into one commit. */
  private static final long SMALL_BYTES = Budget.MOST_BYTES / 2;

  private static final long SMALL_ROWS = Budget.MOST_ROWS / 2;

  private static final long LOWEST_LEVEL_BYTES = MIB / 2;
  private static final int LEVEL_FACTOR = 8;

  /** Files of one level that are merged, so a part has fewer of each level. */
  static final int ENOUGH = 10;

  /**
   * The largest row group that is read, which is held in memory compressed: a tenth of the
   * consumer's heap.
   */
  private static final long MOST_ROW_GROUP_BYTES = 32 * MIB;

  /** Deleted rows that a table may keep: a quarter of what an API with default memory reads. */
  private static final long MOST_DELETED = 500_000;

  static final Comparator<DataFile> OLDEST_FIRST = Comparator.comparingLong(Choice::sequence);

  /** The parts that need something, those with the most files first. */
  static List<Choice> of(Table table, Snapshot head, LiveFiles files) {
    var oldest =
        StreamSupport.stream(
                SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot).spliterator(), false)
            .mapToLong(Snapshot::sequenceNumber)
            .min()
            .orElse(0);
    var choices = new ArrayList<Choice>();
    files
        .groups()
        .forEach(
            (part, group) -> {
              var choice = new Choice(part, group, small(group.data(), oldest));
              if (!choice.merged.isEmpty() || choice.hasManyDeletes(files.count())) {
                choices.add(choice);
              }
            });
    choices.sort(Comparator.comparingInt(Choice::weight).reversed());
    return choices;
  }

  private int weight() {
    return merged.size() + group.deletes().size();
  }

  private static List<DataFile> small(List<DataFile> files, long oldestSnapshot) {
    var small =
        files.stream()
            .filter(
                file ->
                    file.fileSizeInBytes() <= SMALL_BYTES
                        && file.recordCount() <= SMALL_ROWS
                        && isReadable(file))
            .sorted(OLDEST_FIRST)
            .toList();
    // Nothing comes any more: all are older than the snapshots that the table keeps.
    if (small.size() > 1 && sequence(small.getLast()) < oldestSnapshot) {
      return small;
    }
    for (var level = level(SMALL_BYTES); level >= 0; level--) {
      var wanted = level;
      var same = small.stream().filter(file -> level(file.fileSizeInBytes()) == wanted).toList();
      var bytes = same.stream().mapToLong(DataFile::fileSizeInBytes).sum();
      if (same.size() >= ENOUGH || (same.size() > 1 && bytes >= TARGET_BYTES)) {
        return small.stream().filter(file -> level(file.fileSizeInBytes()) <= wanted).toList();
      }
    }
    return List.of();
  }

  private static int level(long bytes) {
    var level = 0;
    for (var limit = LOWEST_LEVEL_BYTES; bytes > limit; limit *= LEVEL_FACTOR) {
      level++;
    }
    return level;
  }

  private static long sequence(DataFile file) {
    return Objects.requireNonNullElse(file.dataSequenceNumber(), 0L);
  }

  /** Whether a file is Parquet with row groups that fit into memory. */
  static boolean isReadable(DataFile file) {
    var largest = 0L;
    var offsets = Objects.requireNonNullElse(file.splitOffsets(), List.<Long>of());
    var end = file.fileSizeInBytes();
    for (var i = offsets.size() - 1; i > 0; i--) {
      largest = Math.max(largest, end - offsets.get(i));
      end = offsets.get(i);
    }
    return file.format() == FileFormat.PARQUET && Math.max(largest, end) <= MOST_ROW_GROUP_BYTES;
  }

  /** Whether there are many delete files, or some data file must have too many deleted rows. */
  private boolean hasManyDeletes(int tableFiles) {
    if (group.deletes().size() >= ENOUGH) {
      return true;
    }
    var deleted = group.deletes().stream().mapToLong(file -> file.recordCount()).sum();
    var allowed = group.data().stream().mapToLong(file -> allowed(file, tableFiles)).sum();
    return deleted > allowed;
  }

  /** The deleted rows that a file may keep: a tenth, and no more than its share of the table's. */
  static long allowed(DataFile file, int tableFiles) {
    return Math.min(file.recordCount() / 10, MOST_DELETED / tableFiles);
  }
}
