package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.Schema;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Of the rows of a batch that have the same key, the one of the latest generation and there with
 * the highest offset: a hash table over the keys' bytes as they stand in the batch.
 */
final class NewestOfKeys {
  private static final int FREE = -1;
  private static final int MULTIPLIER = 0x9E3779B1;

  private final BitSet superseded = new BitSet();
  private @Nullable BitSet known;

  /** Open addressing: the newest row of a key. */
  private int[] table = new int[1 << 12];

  private int keys;
  private int rows;

  // Of each row:
  private int[] hashes = new int[1024];

  /** The first row of the same key. */
  private int[] firsts = new int[1024];

  private int[] starts = new int[1024];
  private int[] ends = new int[1024];
  private int[] generations = new int[1024];
  private int[] partitions = new int[1024];
  private long[] offsets = new long[1024];

  private NewestOfKeys() {
    Arrays.fill(table, FREE);
  }

  /** Empty for keys that the table may find equal although their bytes differ, as 1.0 and 1.00. */
  static Optional<NewestOfKeys> of(Schema schema) {
    for (var field : schema.keyIndexes()) {
      var type = schema.fields().get(field).type();
      if (type == FieldType.DECIMAL || type == FieldType.DOUBLE) {
        return Optional.empty();
      }
    }
    return Optional.of(new NewestOfKeys());
  }

  /**
   * Takes a row, in ascending order of their numbers.
   *
   * @param data ends in the row's key
   * @param start where the key begins
   */
  void add(int row, CopyBuffer data, int start, int generation, int partition, long offset) {
    room(row);
    var bytes = data.bytes();
    var end = data.length();
    var hash = hash(bytes, start, end);
    hashes[row] = hash;
    firsts[row] = row;
    starts[row] = start;
    ends[row] = end;
    generations[row] = generation;
    partitions[row] = partition;
    offsets[row] = offset;
    rows = row + 1;
    var slot = hash & (table.length - 1);
    while (table[slot] != FREE) {
      var other = table[slot];
      if (hashes[other] == hash
          && Arrays.equals(bytes, starts[other], ends[other], bytes, start, end)) {
        firsts[row] = firsts[other];
        if (isNewer(row, other)) {
          superseded.set(other);
          table[slot] = row;
        } else {
          superseded.set(row);
        }
        return;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    table[slot] = row;
    keys++;
  }

  /** The rows that are superseded by another of their key, when those to skip are not there. */
  BitSet superseded(BitSet skip) {
    if (skip.isEmpty()) {
      return superseded;
    }
    var found = new BitSet();
    var newest = new int[rows];
    Arrays.fill(newest, FREE);
    for (var row = skip.nextClearBit(0); row < rows; row = skip.nextClearBit(row + 1)) {
      var other = newest[firsts[row]];
      if (other == FREE || isNewer(row, other)) {
        newest[firsts[row]] = row;
        if (other != FREE) {
          found.set(other);
        }
      } else {
        found.set(row);
      }
    }
    return found;
  }

  /**
   * The rows whose keys were noted before they came. Notes them the first time that it is asked: a
   * batch that is tried again is no better known.
   */
  BitSet known(RecentKeys recent) {
    if (known == null) {
      known = new BitSet();
      for (var row = superseded.nextClearBit(0);
          row < rows;
          row = superseded.nextClearBit(row + 1)) {
        if (recent.note(hashes[row])) {
          known.set(row);
        }
      }
    }
    return known;
  }

  void clear() {
    rows = 0;
    known = null;
    if (keys > 0) {
      Arrays.fill(table, FREE);
      keys = 0;
      superseded.clear();
    }
  }

  private boolean isNewer(int row, int other) {
    if (generations[row] != generations[other]) {
      return generations[row] > generations[other];
    }
    return offsets[row] != offsets[other]
        ? offsets[row] > offsets[other]
        : partitions[row] >= partitions[other];
  }

  private void room(int row) {
    if (row == hashes.length) {
      var size = row * 2;
      hashes = Arrays.copyOf(hashes, size);
      firsts = Arrays.copyOf(firsts, size);
      starts = Arrays.copyOf(starts, size);
      ends = Arrays.copyOf(ends, size);
      generations = Arrays.copyOf(generations, size);
      partitions = Arrays.copyOf(partitions, size);
      offsets = Arrays.copyOf(offsets, size);
    }
    if (keys * 2 >= table.length) {
      var old = table;
      table = new int[old.length * 2];
      Arrays.fill(table, FREE);
      for (var kept : old) {
        if (kept != FREE) {
          var slot = hashes[kept] & (table.length - 1);
          while (table[slot] != FREE) {
            slot = (slot + 1) & (table.length - 1);
          }
          table[slot] = kept;
        }
      }
    }
  }

  private static int hash(byte[] bytes, int start, int end) {
    var hash = 0;
    var at = start;
    for (; at + Integer.BYTES <= end; at += Integer.BYTES) {
      hash = (hash ^ CopyBuffer.intAt(bytes, at)) * MULTIPLIER;
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) {
      hash = (hash ^ bytes[at]) * MULTIPLIER;
    }
    return hash ^ hash >>> 16;
  }
}
