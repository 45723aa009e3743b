package dev.acequia.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every JDK has. */
public final class Sha256 {
  private Sha256() {}

  /** A digest of nothing yet. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The first bytes of a text's digest, in hex. The text is taken in UTF-8. */
  public static String hex(String text, int bytes) {
    var digest = digest();
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return hex(digest, bytes);
  }

  /** The first bytes of what the digest has taken, in hex. */
  public static String hex(MessageDigest taken, int bytes) {
    return HexFormat.of().formatHex(taken.digest(), 0, bytes);
  }
}
