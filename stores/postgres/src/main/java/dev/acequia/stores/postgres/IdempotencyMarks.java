package dev.acequia.stores.postgres;

import dev.acequia.contract.Sha256;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Those rows of a batch that came with an idempotency key. */
final class IdempotencyMarks {
  /**
   * One marked row. Hashes are 128 bits of a SHA-256, so that entries are small whatever clients
   * send.
   *
   * @param id of the key within its scope
   * @param formerId of the key alone, as former versions had it; null where that is the id itself
   * @param hash of the record, which tells a repeat from another record with the same key
   * @param pushedMillis when the record came, in milliseconds of the epoch; negative when unknown
   * @param origin whose record it is
   * @param place where it was read: not its origin when it was put aside once and sent back
   * @param replayed whether it was judged before
   */
  record Mark(
      int row,
      UUID id,
      @Nullable UUID formerId,
      long index,
      UUID hash,
      long pushedMillis,
      Origin origin,
      Origin place,
      boolean replayed) {}

  /** A key, which the records of one push share. */
  private record Key(byte @Nullable [] scope, byte[] key, UUID id, @Nullable UUID formerId) {
    boolean is(byte @Nullable [] otherScope, byte[] otherKey) {
      return Arrays.equals(key, otherKey) && Arrays.equals(scope, otherScope);
    }
  }

  private final List<Mark> marks = new ArrayList<>();
  private final MessageDigest sha256 = Sha256.digest();
  private @Nullable Key last;

  void add(int row, Arrival.Key given, Origin origin, Origin place) {
    var known =
        last != null && last.is(given.scope(), given.key())
            ? last
            : key(given.scope(), given.key());
    last = known;
    sha256.update(given.content().duplicate());
    marks.add(
        new Mark(
            row,
            known.id(),
            known.formerId(),
            given.index(),
            first128(),
            Math.max(-1, given.pushedMillis()), // what is no time at all is none that is known
            origin,
            place,
            given.replayed()));
  }

  List<Mark> marks() {
    return marks;
  }

  void clear() {
    marks.clear();
    last = null;
  }

  private Key key(byte @Nullable [] scope, byte[] key) {
    sha256.update(key);
    var alone = first128();
    if (scope == null) {
      return new Key(null, key, alone, null);
    }
    // Each part with its length first, so that nothing moves from one into the other.
    sha256.update(length(scope));
    sha256.update(scope);
    sha256.update(length(key));
    sha256.update(key);
    return new Key(scope, key, first128(), alone);
  }

  private static byte[] length(byte[] part) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array();
  }

  private UUID first128() {
    var hash = ByteBuffer.wrap(sha256.digest());
    return new UUID(hash.getLong(), hash.getLong());
  }
}
