package dev.acequia.api.envelope;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A name of fixed length for texts of any. */
final class Digest {
  private Digest() {}

  /** 64 hex digits over the texts, in order. */
  static String of(String... texts) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      for (var text : texts) {
        sha256.update(text.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
