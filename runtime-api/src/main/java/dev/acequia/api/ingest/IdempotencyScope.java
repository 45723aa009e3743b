package dev.acequia.api.ingest;

import dev.acequia.api.access.Principal;
import dev.acequia.contract.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Whose an {@code Idempotency-Key} or a message's id is: the caller, and the system that it comes
 * from. The same text in another scope is another key.
 *
 * <p>The parts stand one after the other, each as {@code LENGTH:TEXT} with its length in UTF-16
 * units, so no part can pass for another, whatever a caller is named. A text that is too long for a
 * header, or not UTF-8, is replaced by its digest, which begins with a letter and never with a
 * digit.
 */
record IdempotencyScope(byte[] bytes) {
  /** What comes without an envelope. */
  static final String PUSH = "push";

  static final int MAX_BYTES = 255;

  /**
   * The scope of a caller's keys.
   *
   * @param source {@link #PUSH}, or the envelope's own name
   */
  static IdempotencyScope of(Principal principal, String source) {
    var parts = new StringBuilder();
    append(parts, principal.kind().word());
    principal.identity().forEach(part -> append(parts, part));
    append(parts, source);
    var text = parts.toString();
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    // A lone surrogate would become a question mark, and two callers one.
    return new IdempotencyScope(
        bytes.length <= MAX_BYTES && StandardCharsets.UTF_8.newEncoder().canEncode(text)
            ? bytes
            : digest(text));
  }

  private static void append(StringBuilder to, String part) {
    to.append(part.length()).append(':').append(part);
  }

  private static byte[] digest(String text) {
    var sha256 = Sha256.digest();
    for (var i = 0; i < text.length(); i++) {
      sha256.update((byte) (text.charAt(i) >> 8));
      sha256.update((byte) text.charAt(i));
    }
    return ("sha256:" + HexFormat.of().formatHex(sha256.digest()))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
