package dev.acequia.stores.lake;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The first half of SHA-256: as good as what it is made of for telling two apart. */
final class Digest {
  private static final int BYTES = 16;

  private Digest() {}

  static ByteBuffer of(ByteBuffer content) {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      hash.update(content.duplicate());
      return ByteBuffer.wrap(Arrays.copyOf(hash.digest(), BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
