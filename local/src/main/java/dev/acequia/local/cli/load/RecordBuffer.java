package dev.acequia.local.cli.load;

import java.io.ByteArrayOutputStream;

/** Bytes that grow, and can be looked at without a copy. */
final class RecordBuffer extends ByteArrayOutputStream {
  RecordBuffer() {
    super(1 << 10);
  }

  /** The array behind it, good until the next write. */
  byte[] array() {
    return buf;
  }

  /** Forgets what was written after the first bytes. */
  void cut(int size) {
    count = Math.min(count, size);
  }
}
