package dev.acequia.stores.lake;

import dev.acequia.contract.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The first 16 bytes of SHA-256: collisions are out of reach. */
final class Digest {
  private static final int BYTES = 16;

  private Digest() {}

  static ByteBuffer of(ByteBuffer content) {
    var hash = Sha256.digest();
    hash.update(content.duplicate());
    return ByteBuffer.wrap(Arrays.copyOf(hash.digest(), BYTES));
  }
}
