package dev.acequia.stores.lake;

import java.util.ArrayList;
import java.util.List;

/**
 * A hash table of rows of numbers. The first two numbers of a row are its key. A row takes its
 * numbers and up to 11 bytes: no object, and no copy while the table grows.
 */
final class NumberTable {
  /** A power of two. */
  private static final int PAGE_ROWS = 1 << 11;

  private final int width;
  private final List<long[]> pages = new ArrayList<>();

  /** By hash: the row's number plus one; 0 when there is none. */
  private int[] index = new int[1 << 8];

  private int rows;

  /**
   * Creates an empty table.
   *
   * @param width numbers per row, including the key's two
   */
  NumberTable(int width) {
    this.width = width;
  }

  /** The heap that it takes. */
  long bytes() {
    return (long) pages.size() * PAGE_ROWS * width * Long.BYTES
        + (long) index.length * Integer.BYTES;
  }

  boolean isEmpty() {
    return rows == 0;
  }

  /** The row of this key; negative when there is none. */
  int find(long first, long second) {
    return index[slot(first, second)] - 1;
  }

  /** Adds a row with a new key, and returns its number. */
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

  /** A number of a row; the key's come first. */
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

  /** The key's slot, taken or free. */
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

  /** The last step of SplitMix64: it spreads keys, offsets included, over the whole index. */
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
