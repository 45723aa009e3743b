package dev.acequia.api.envelope;

import dev.acequia.contract.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A name of fixed length for texts of any. */
final class Digest {
  private Digest() {}

  /** In no UTF-8, so that a NUL within a text is told from the one that ends it. */
  private static final byte WITHIN = (byte) 0xff;

  /** 64 hex digits over the texts, in order; other texts have others. */
  static String of(String... texts) {
    var sha256 = Sha256.digest();
    for (var text : texts) {
      for (var b : text.getBytes(StandardCharsets.UTF_8)) {
        sha256.update(b);
        if (b == 0) {
          sha256.update(WITHIN);
        }
      }
      sha256.update((byte) 0);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }
}
