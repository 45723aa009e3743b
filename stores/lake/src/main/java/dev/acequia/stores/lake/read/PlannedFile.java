package dev.acequia.stores.lake.read;

import org.jspecify.annotations.Nullable;

/**
 * A data file, as a manifest lists it.
 *
 * @param sequence deletes of this sequence number or a higher one may apply to it
 * @param refusal why it cannot be read; null when it can
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
  /** Its approximate heap, with its places in lists. */
  long heapBytes() {
    return HEAP_BYTES
        + location.length()
        + stats.length()
        + (refusal == null ? 0 : refusal.length());
  }
}
