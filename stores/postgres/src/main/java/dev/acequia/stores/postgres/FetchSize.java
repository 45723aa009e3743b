package dev.acequia.stores.postgres;

/**
 * How many rows to ask the server for at a time: as many as fit a bounded piece of memory, by the
 * size of the rows seen lately and by the number of their columns.
 */
final class FetchSize {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int MAX_ROWS = 4096;

  /** The driver holds each value as an array of its own, some 28 bytes beside what is in it. */
  private static final int PIECE_VALUES = 1 << 17;

  /** A piece that did not fit is asked for again in pieces smaller by this factor. */
  private static final int STEP = 16;

  /** Before the first result, rows are taken for this large. */
  private volatile long rowBytes = 8192;

  /** Rows at a time for a result of at most so many; 0 when all of them fit at once. */
  int rowsAtOnce(int limit, int columns) {
    var rows = Math.min(rowsOf(rowBytes), Math.max(PIECE_VALUES / columns, 1));
    return limit <= rows ? 0 : rows;
  }

  /** Rows like those seen lately that fit a piece. */
  int rowsThatFit() {
    return rowsOf(rowBytes);
  }

  /** Rows of one size that fit a piece. */
  static int rowsOf(long rowBytes) {
    return Math.clamp(PIECE_BYTES / Math.max(rowBytes, 1), 1, MAX_ROWS);
  }

  /** Rows at a time after so many, 0 for all, were too large. */
  static int fewer(int rowsAtOnce, int limit) {
    return Math.max((rowsAtOnce == 0 ? Math.min(limit, MAX_ROWS) : rowsAtOnce) / STEP, 1);
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
