package dev.acequia.stores.postgres;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a writer met lately, as far as their hashes tell them apart: a Bloom filter of two
 * generations, 2 MiB each, which remembers the last two to four million keys. It may know a key
 * that never came, one in fifty at worst, and it forgets; so it is good for choosing the faster way
 * and for nothing else.
 */
final class RecentKeys {
  private static final int BITS = 1 << 24;
  private static final int KEYS_OF_A_GENERATION = BITS / 8;
  private static final int PROBES = 4;

  /** A generation's bits are set within one line of a processor's cache for each key. */
  private static final int LINE_BITS = 512;

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private long[] current = new long[BITS / Long.SIZE];
  private long @Nullable [] previous;
  private int keys;

  /** Notes a key by its hash, and answers whether it may have been noted before. */
  boolean note(int hash) {
    var mixed = hash * MULTIPLIER;
    mixed ^= mixed >>> 29;
    mixed *= MULTIPLIER;
    if (set(current, mixed)) {
      return true;
    }
    var isKnown = previous != null && has(previous, mixed);
    if (++keys == KEYS_OF_A_GENERATION) {
      var oldest = previous == null ? new long[current.length] : previous;
      Arrays.fill(oldest, 0);
      previous = current;
      current = oldest;
      keys = 0;
    }
    return isKnown;
  }

  /** Sets a key's bits; whether all were set already. */
  private static boolean set(long[] bits, long mixed) {
    var isThere = true;
    var line = line(mixed);
    for (var probe = 0; probe < PROBES; probe++) {
      var bit = bit(mixed, probe);
      var word = line + (bit >>> 6);
      var mask = 1L << bit;
      isThere &= (bits[word] & mask) != 0;
      bits[word] |= mask;
    }
    return isThere;
  }

  private static boolean has(long[] bits, long mixed) {
    var line = line(mixed);
    for (var probe = 0; probe < PROBES; probe++) {
      var bit = bit(mixed, probe);
      if ((bits[line + (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  /** The first word of the key's line. */
  private static int line(long mixed) {
    return (int) (mixed >>> 49) * (LINE_BITS / Long.SIZE);
  }

  private static int bit(long mixed, int probe) {
    return (int) (mixed >>> probe * 9) & (LINE_BITS - 1);
  }
}
