package dev.acequia.stores.lake.read;

import org.jspecify.annotations.Nullable;

/**
 * A file of rows, as a manifest tells of it.
 *
 * @param sequence deletes of this number or a higher one may apply to it
 * @param refusal why it is not read; null of one that is
 */
record PlannedFile(
    String location,
    long bytes,
    long records,
    long sequence,
    Part part,
    ColumnStats stats,
    @Nullable String refusal)
    implements TableFile {
  /** About what it takes of the heap, with its places in lists. */
  long heapBytes() {
    return HEAP_BYTES
        + location.length()
        + stats.length()
        + (refusal == null ? 0 : refusal.length());
  }
}
