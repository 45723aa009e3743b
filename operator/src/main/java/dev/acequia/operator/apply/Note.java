package dev.acequia.operator.apply;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;

/** The text of an Event, which the API server bounds in bytes. */
final class Note {
  /**
   * {@code NoteLengthLimit} of Kubernetes' {@code pkg/apis/core/validation/events.go}, which
   * compares the length of a Go string.
   */
  static final int MOST_BYTES = 1024;

  private static final String MORE = "…";

  private Note() {}

  /** A text of at most that many bytes of UTF-8. An end that is cut away shows as "…". */
  static String cut(String text, int mostBytes) {
    if (bytes(text) <= mostBytes) {
      return text;
    }
    var chars = CharBuffer.wrap(text);
    // It stops before a character that does not fit.
    var _ =
        UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .encode(chars, ByteBuffer.allocate(Math.max(0, mostBytes - bytes(MORE))), true);
    return text.substring(0, chars.position()) + MORE;
  }

  static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
