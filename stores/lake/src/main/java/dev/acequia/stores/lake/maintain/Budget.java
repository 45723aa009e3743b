package dev.acequia.stores.lake.maintain;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/** Bounds the input of one commit, so that its work takes seconds. */
final class Budget {
  /** Each file takes a few requests to an object store, about 30 ms each. */
  private static final int MOST_FILES = 200;

  private static final int MOST_DELETE_FILES = 200;

  /** A consumer writes about 300,000 rows a second. */
  static final long MOST_ROWS = 2_000_000;

  static final long MOST_BYTES = 128 << 20;

  /** Positions are in memory and take 2 to 10 bytes each. */
  private static final long MOST_DELETED_ROWS = 5_000_000;

  private int files;
  private int deleteFiles;
  private long rows;
  private long bytes;
  private long deletedRows;
  private boolean isFirst = true;
  private boolean isFirstOfDeletes = true;
  private boolean isFull;

  Budget(int files, int deleteFiles, long rows, long bytes, long deletedRows) {
    this.files = files;
    this.deleteFiles = deleteFiles;
    this.rows = rows;
    this.bytes = bytes;
    this.deletedRows = deletedRows;
  }

  /** A copy for one part. A part that is skipped takes nothing. */
  Budget(Budget other) {
    this(other.files, other.deleteFiles, other.rows, other.bytes, other.deletedRows);
    isFirst = other.isFirst;
    isFirstOfDeletes = other.isFirstOfDeletes;
  }

  static Budget ofSeconds() {
    return new Budget(MOST_FILES, MOST_DELETE_FILES, MOST_ROWS, MOST_BYTES, MOST_DELETED_ROWS);
  }

  /** Takes the file if it fits. Takes the first file whatever its size. */
  boolean take(DataFile file) {
    var fits =
        files > 0 && (isFirst || (file.recordCount() <= rows && file.fileSizeInBytes() <= bytes));
    if (!fits) {
      isFull = true;
      return false;
    }
    isFirst = false;
    files--;
    rows -= file.recordCount();
    bytes -= file.fileSizeInBytes();
    return true;
  }

  /** Takes the file if it fits. Takes the first file whatever its size. */
  boolean take(DeleteFile file) {
    var fits = deleteFiles > 0 && (isFirstOfDeletes || file.recordCount() <= deletedRows);
    if (!fits) {
      isFull = true;
      return false;
    }
    isFirstOfDeletes = false;
    deleteFiles--;
    deletedRows -= file.recordCount();
    return true;
  }

  /** Whether a file did not fit. */
  boolean isFull() {
    return isFull;
  }
}
