package dev.acequia.contract.record;

import dev.acequia.contract.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds a field's position by the bytes of its name. */
final class FieldNames {
  private final byte[][] names;

  /** Open addressing; -1 is free. */
  private final int[] table;

  FieldNames(Schema schema) {
    names =
        schema.fields().stream()
            .map(field -> field.name().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    table = new int[Integer.highestOneBit(names.length * 4 + 1) * 2];
    Arrays.fill(table, -1);
    for (var i = 0; i < names.length; i++) {
      var slot = slot(names[i], 0, names[i].length);
      while (table[slot] >= 0) {
        slot = (slot + 1) & (table.length - 1);
      }
      table[slot] = i;
    }
  }

  /**
   * The field's position, or -1.
   *
   * @param guess the likeliest position: producers write fields in the same order again and again
   */
  int find(byte[] buffer, int offset, int length, int guess) {
    if (guess < names.length && matches(names[guess], buffer, offset, length)) {
      return guess;
    }
    for (var slot = slot(buffer, offset, length);
        table[slot] >= 0;
        slot = (slot + 1) & (table.length - 1)) {
      if (matches(names[table[slot]], buffer, offset, length)) {
        return table[slot];
      }
    }
    return -1;
  }

  private int slot(byte[] buffer, int offset, int length) {
    var hash = 0;
    for (var i = offset; i < offset + length; i++) {
      hash = hash * 31 + buffer[i];
    }
    return (hash ^ hash >>> 16) & (table.length - 1);
  }

  private static boolean matches(byte[] name, byte[] buffer, int offset, int length) {
    return Arrays.equals(name, 0, name.length, buffer, offset, offset + length);
  }
}
