package dev.acequia.local.cli.letters;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Bytes that are text, hopefully. */
final class ReadableBytes {
  private ReadableBytes() {}

  /** The text, empty when the bytes are not UTF-8. */
  static Optional<String> asText(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * One line of text: characters that a terminal would act upon, and bytes that are no text, as
   * {@code \x1b}.
   *
   * @param limit characters at most
   */
  static String onOneLine(byte[] bytes, int limit) {
    var line = new StringBuilder();
    var text = asText(bytes);
    if (text.isPresent()) {
      text.get()
          .codePoints()
          .limit(limit + 1L)
          .forEach(
              character -> {
                if (Character.isISOControl(character)) {
                  line.append("\\x%02x".formatted(character));
                } else {
                  line.appendCodePoint(character);
                }
              });
    } else {
      for (var i = 0; i < bytes.length && line.length() <= limit; i++) {
        var b = bytes[i] & 0xff;
        line.append(b >= ' ' && b < 0x7f ? String.valueOf((char) b) : "\\x%02x".formatted(b));
      }
    }
    return line.length() > limit ? line.substring(0, limit - 1) + "…" : line.toString();
  }
}
