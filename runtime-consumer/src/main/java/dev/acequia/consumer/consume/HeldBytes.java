package dev.acequia.consumer.consume;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The memory that records keep from being collected. A record of a compressed batch has an array of
 * its own, the others share the array of their fetch: each array counts once.
 */
final class HeldBytes {
  /** A header's objects: itself, two buffers, and its name once someone asked for it. */
  private static final int HEADER_BYTES = 200;

  private byte @Nullable [] last;
  private long bytes;

  /** Adds what holds a key or a value; one array's records come one after another. */
  void add(@Nullable ByteBuffer data) {
    if (data == null) {
      return;
    }
    if (!data.hasArray()) {
      bytes += data.remaining();
    } else if (data.array() != last) {
      last = data.array();
      bytes += last.length;
    }
  }

  void addHeaders(int count) {
    bytes += (long) count * HEADER_BYTES;
  }

  long bytes() {
    return bytes;
  }

  void clear() {
    last = null;
    bytes = 0;
  }
}
