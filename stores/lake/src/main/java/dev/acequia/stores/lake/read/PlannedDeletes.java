package dev.acequia.stores.lake.read;

import org.jspecify.annotations.Nullable;

/**
 * A delete file, as a manifest lists it.
 *
 * @param sequence it applies to files of this sequence number or a lower one
 * @param file the location of the only file that it applies to; null when it applies to its part
 * @param reach which files it applies to
 * @param refusal why it cannot be read; null when it can
 */
record PlannedDeletes(
    String location,
    long bytes,
    long records,
    long sequence,
    Part part,
    @Nullable String file,
    Reach reach,
    @Nullable String refusal)
    implements TableFile {
  /** The files that deletes apply to. */
  enum Reach {
    /** Files of its part, also those of the same sequence number. */
    POSITIONS,
    /** Older files of its part. */
    EQUALITY,
    /** All older files. */
    EQUALITY_EVERYWHERE
  }

  /** Whether it applies to files of this sequence number within its reach. */
  boolean appliesTo(long fileSequence) {
    return reach == Reach.POSITIONS ? sequence >= fileSequence : sequence > fileSequence;
  }

  long heapBytes() {
    return HEAP_BYTES + location.length() + (file == null ? 0 : file.length());
  }
}
