package dev.acequia.contract;

import java.nio.charset.StandardCharsets;

/** A short hash by which two versions of a thing are told apart. */
public final class Fingerprint {
  private Fingerprint() {}

  /** 8 hex digits over the parts, in order. */
  public static String of(String... parts) {
    var sha256 = Sha256.digest();
    for (var part : parts) {
      sha256.update(part.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0); // so that "ab", "c" is not "a", "bc"
    }
    return Sha256.hex(sha256, 4);
  }
}
