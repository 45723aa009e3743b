package dev.acequia.stores.mark;

import dev.acequia.contract.Sha256;
import dev.acequia.stores.Arrival;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency key that a record came with. Digests are in hex and of one length, so that a mark
 * is small for records of any size.
 *
 * @param digest of scope, key and index
 * @param index of the record among those of its push
 * @param content of the record's, which tells a repeat from another record
 * @param pushedMillis when the record came first, in milliseconds of the epoch; null if unknown
 * @param replayed whether the store has judged the record before
 */
public record MarkedRecord(
    String digest, long index, String content, @Nullable Long pushedMillis, boolean replayed) {
  /** Of SHA-256: collisions are out of reach. */
  private static final int BYTES = 16;

  public static MarkedRecord of(Arrival.Key key) {
    var digest = Sha256.digest();
    var scope = key.scope();
    // With their lengths, so that no part of one counts for the other.
    digest.update(
        ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
            .putInt(scope == null ? -1 : scope.length)
            .putLong(key.index())
            .array());
    if (scope != null) {
      digest.update(scope);
    }
    digest.update(key.key());
    return new MarkedRecord(
        Sha256.hex(digest, BYTES),
        key.index(),
        hash(key.content()),
        key.pushedMillis() < 0 ? null : key.pushedMillis(),
        key.replayed());
  }

  private static String hash(ByteBuffer content) {
    var digest = Sha256.digest();
    digest.update(content.duplicate());
    return Sha256.hex(digest, BYTES);
  }
}
