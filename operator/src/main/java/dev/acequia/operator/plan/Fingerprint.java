package dev.acequia.operator.plan;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A short hash by which two versions of a thing are told apart. */
public final class Fingerprint {
  private Fingerprint() {}

  /** 8 hex digits over the parts, in order. */
  public static String of(String... parts) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      for (var part : parts) {
        sha256.update(part.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0); // so that "ab", "c" is not "a", "bc"
      }
      return HexFormat.of().formatHex(sha256.digest(), 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
