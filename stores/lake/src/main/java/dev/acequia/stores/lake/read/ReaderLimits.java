package dev.acequia.stores.lake.read;

import java.time.Duration;

/**
 * What reading may take of a process.
 *
 * @param readsAtOnce on threads of their own
 * @param patience until a read has a thread
 * @param read from its beginning to its last row
 * @param rowBytes of the largest row
 * @param pieceBytes of text that the rows of one statement have together, its last one aside
 * @param engineMemory in bytes, beside the heap
 * @param engineThreads that compute
 * @param spillBytes on disk, for what does not fit the engine's memory
 * @param cacheBytes on disk, for the table's files
 * @param planBytes of the heap, for the manifests' entries
 * @param maxFiles the most files that one query may read
 * @param maxDeletedRows that are not compacted yet, which are in the engine's memory
 */
record ReaderLimits(
    int readsAtOnce,
    Duration patience,
    Duration read,
    int rowBytes,
    long pieceBytes,
    long engineMemory,
    int engineThreads,
    long spillBytes,
    long cacheBytes,
    long planBytes,
    int maxFiles,
    long maxDeletedRows) {
  private static final long MIB = 1 << 20;

  /** As in every store: a record of 1 MiB, written out, with columns that are asked for twice. */
  private static final int ROW_BYTES = 3 << 20;

  private static final long PIECE_BYTES = 8 * MIB;

  /** The process's code, stacks and buffers. */
  private static final long OTHER_MEMORY = 192 * MIB;

  private static final long MIN_ENGINE_MEMORY = 96 * MIB;
  private static final long MIN_SPILL = 64 * MIB;

  /** Plans take a quarter of the heap; a file with some 20 columns takes about 1 KiB. */
  private static final int HEAP_PER_PLANS = 4;

  /** A statement names all its files, and several statements run at once. */
  private static final long HEAP_OF_FILE = 16 << 10;

  private static final int MIN_FILES = 4_000;
  private static final int MAX_FILES = 200_000;

  /** In a table of DuckDB; deleted rows take an eighth of its memory. */
  private static final long BYTES_OF_DELETED_ROW = 24;

  /** As many as the API asks at once, and two of reads by key. */
  private static final int READS = 18;

  /**
   * The limits of a process.
   *
   * @param heap the most that it may have, in bytes
   * @param memory that the container has, in bytes
   */
  static ReaderLimits of(long heap, long memory, int processors, long cacheBytes) {
    // A machine that is shared has other processes too.
    var engine = Math.max(Math.min(memory - heap - OTHER_MEMORY, memory / 2), MIN_ENGINE_MEMORY);
    return new ReaderLimits(
        READS,
        Duration.ofSeconds(3),
        Duration.ofSeconds(15),
        ROW_BYTES,
        PIECE_BYTES,
        engine,
        Math.max(1, processors),
        Math.max(cacheBytes / 4, MIN_SPILL),
        cacheBytes,
        heap / HEAP_PER_PLANS,
        Math.clamp(heap / HEAP_OF_FILE, MIN_FILES, MAX_FILES),
        engine / 8 / BYTES_OF_DELETED_ROW);
  }
}
