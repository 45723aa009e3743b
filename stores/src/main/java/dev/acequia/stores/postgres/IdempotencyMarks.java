package dev.acequia.stores.postgres;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Those rows of a batch that came with an idempotency key. */
final class IdempotencyMarks {
  /**
   * One marked row.
   *
   * @param key 128 bits of the key's SHA-256, so that entries are small whatever clients send
   * @param replayed whether it was judged before
   */
  record Mark(
      int row,
      UUID key,
      long index,
      int generation,
      int partition,
      long offset,
      boolean replayed) {}

  private final List<Mark> marks = new ArrayList<>();

  void add(
      int row,
      byte[] key,
      long index,
      int generation,
      int partition,
      long offset,
      boolean replayed) {
    try {
      var hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key));
      var id = new UUID(hash.getLong(), hash.getLong());
      marks.add(new Mark(row, id, index, generation, partition, offset, replayed));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  List<Mark> marks() {
    return marks;
  }

  void clear() {
    marks.clear();
  }
}
