package dev.acequia.stores.lake.maintain;

import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/** What one commit may take in, so that its work takes seconds. */
final class Budget {
  /** Each is a few requests to an object store, of some 30 ms. */
  private static final int MOST_FILES = 200;

  private static final int MOST_DELETE_FILES = 200;

  /** Rows are written at some 300,000 a second. */
  private static final long MOST_ROWS = 2_000_000;

  private static final long MOST_BYTES = 128 << 20;

  /** Positions are held in memory, as 2 to 10 bytes each. */
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

  /** What is left now, of which a part may take more than comes of it. */
  Budget copy() {
    var copy = new Budget(0, 0, 0, 0, 0);
    copy.become(this);
    return copy;
  }

  void become(Budget other) {
    files = other.files;
    deleteFiles = other.deleteFiles;
    rows = other.rows;
    bytes = other.bytes;
    deletedRows = other.deletedRows;
    isFirst = other.isFirst;
    isFirstOfDeletes = other.isFirstOfDeletes;
    isFull = other.isFull;
  }

  static Budget ofSeconds() {
    return new Budget(MOST_FILES, MOST_DELETE_FILES, MOST_ROWS, MOST_BYTES, MOST_DELETED_ROWS);
  }

  /** Takes the file in; the first one whatever its size. */
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

  /** Takes the file in; the first one whatever its size. */
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

  /** Whether something did not fit. */
  boolean isFull() {
    return isFull;
  }
}
