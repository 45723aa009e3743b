package dev.acequia.api.ingest;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The records of a body that were found good and wait for the rest of it: where each lies in the
 * body, and its key. A body can hold millions of records, so there is no object for each.
 */
final class CheckedRecords {
  private int[] ranges = new int[64];
  private int[] keyEnds = new int[32];
  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private int count;

  void add(int offset, int length, byte[] key) {
    if (count == keyEnds.length) {
      keyEnds = Arrays.copyOf(keyEnds, count * 2);
      ranges = Arrays.copyOf(ranges, count * 4);
    }
    ranges[count * 2] = offset;
    ranges[count * 2 + 1] = offset + length;
    keys.writeBytes(key);
    keyEnds[count++] = keys.size();
  }

  int count() {
    return count;
  }

  /** The record's bytes, as they stand in the body. */
  byte[] value(byte[] body, int record) {
    return Arrays.copyOfRange(body, ranges[record * 2], ranges[record * 2 + 1]);
  }

  /** All keys, one after the other: what {@link #key} cuts from. */
  byte[] allKeys() {
    return keys.toByteArray();
  }

  byte[] key(byte[] allKeys, int record) {
    return Arrays.copyOfRange(allKeys, record == 0 ? 0 : keyEnds[record - 1], keyEnds[record]);
  }
}
