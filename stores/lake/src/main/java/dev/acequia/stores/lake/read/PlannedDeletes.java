package dev.acequia.stores.lake.read;

import org.jspecify.annotations.Nullable;

/**
 * A file that says which rows are deleted, as a manifest tells of it.
 *
 * @param sequence it applies to files of this number or a lower one
 * @param file the location of the one file to which it applies; null when it applies to those of
 *     its part
 * @param reach where it applies
 * @param refusal why it is not read; null of one that is
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
  /** To which files deletes apply. */
  enum Reach {
    /** To those of its part, of the same number too. */
    POSITIONS,
    /** To older ones of its part. */
    EQUALITY,
    /** To all older ones. */
    EQUALITY_EVERYWHERE
  }

  /** Whether it applies to files of a number that are within its reach. */
  boolean appliesTo(long fileSequence) {
    return reach == Reach.POSITIONS ? sequence >= fileSequence : sequence > fileSequence;
  }

  long heapBytes() {
    return HEAP_BYTES + location.length() + (file == null ? 0 : file.length());
  }
}
