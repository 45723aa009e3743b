package dev.acequia.stores.lake;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of numbers, found by the first two of them. A row takes what its numbers take and up to 11
 * bytes: no object, and no copy while the table grows.
 */
final class NumberTable {
  /** A power of two. */
  private static final int PAGE_ROWS = 1 << 11;

  private final int width;
  private final List<long[]> pages = new ArrayList<>();

  /** By hash: the number of a row, plus one; 0 where there is none. */
  private int[] index = new int[1 << 8];

  private int rows;

  /**
   * An empty table.
   *
   * @param width numbers per row, the two of the key included
   */
  NumberTable(int width) {
    this.width = width;
  }

  /** What it takes of the heap. */
  long bytes() {
    return (long) pages.size() * PAGE_ROWS * width * Long.BYTES
        + (long) index.length * Integer.BYTES;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  /** The number of a row; negative when there is none of this key. */
  int find(long first, long second) {
    return index[slot(first, second)] - 1;
  }

  /** Adds a row whose key is in none, and answers its number. */
  int add(long first, long second) {
    if (rows >= index.length / 4 * 3) {
      grow();
    }
    if ((rows & (PAGE_ROWS - 1)) == 0) {
      pages.add(new long[PAGE_ROWS * width]);
    }
    var row = rows++;
    set(row, 0, first);
    set(row, 1, second);
    index[slot(first, second)] = row + 1;
    return row;
  }

  /** A number of a row; those of the key come first. */
  long get(int row, int column) {
    return pages.get(row / PAGE_ROWS)[row % PAGE_ROWS * width + column];
  }

  void set(int row, int column, long number) {
    pages.get(row / PAGE_ROWS)[row % PAGE_ROWS * width + column] = number;
  }

  void clear() {
    pages.clear();
    index = new int[1 << 8];
    rows = 0;
  }

  /** Where the key is, or would be. */
  private int slot(long first, long second) {
    var mask = index.length - 1;
    var slot = hash(first, second) & mask;
    while (index[slot] != 0 && !isAt(index[slot] - 1, first, second)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private boolean isAt(int row, long first, long second) {
    return get(row, 0) == first && get(row, 1) == second;
  }

  /** The last step of SplitMix64: offsets, too, are spread over all of the index. */
  private static int hash(long first, long second) {
    var mixed = first * 0x9E3779B97F4A7C15L ^ second;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return (int) (mixed ^ (mixed >>> 31));
  }

  private void grow() {
    index = new int[index.length * 2];
    for (var row = 0; row < rows; row++) {
      index[slot(get(row, 0), get(row, 1))] = row + 1;
    }
  }
}
