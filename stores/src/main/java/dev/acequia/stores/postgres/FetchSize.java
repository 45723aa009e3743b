package dev.acequia.stores.postgres;

/**
 * How many rows to ask the server for at a time: as many as fit a bounded piece of memory, by the
 * size of the rows seen lately.
 */
final class FetchSize {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int MIN_ROWS = 16;
  private static final int MAX_ROWS = 4096;

  /** Before the first result, rows are taken for this large. */
  private volatile long rowBytes = 8192;

  /** Rows at a time for a result of at most so many; 0 when all of them fit at once. */
  int rowsAtOnce(int limit) {
    var rows = (int) Math.clamp(PIECE_BYTES / Math.max(rowBytes, 1), MIN_ROWS, MAX_ROWS);
    return limit <= rows ? 0 : rows;
  }

  /** Grows at once with larger rows and shrinks slowly with smaller ones. */
  void learn(long rows, long bytes) {
    if (rows > 0) {
      var seen = bytes / rows;
      var known = rowBytes;
      rowBytes = seen >= known ? seen : known - (known - seen + 7) / 8;
    }
  }
}
