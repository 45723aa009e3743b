package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.record.TextEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The part of a stream that is held: from a position that its reader moves on, to where has been
 * read. It grows with what the reader cannot let go of yet, within the request's memory.
 */
final class ByteWindow {
  private static final int FIRST_SIZE = 1 << 13;

  private final InputStream in;
  private final BodyMemory memory;
  private byte[] bytes;
  private int limit;
  private boolean ended;

  /** What lies before it is not needed any more. */
  int position;

  /** A window over a stream; what it grows by is taken from the memory. */
  ByteWindow(InputStream in, BodyMemory memory) {
    this.in = in;
    this.memory = memory;
    this.bytes = new byte[FIRST_SIZE];
  }

  /** A window over the whole of what was read already. */
  ByteWindow(byte[] body, int length) {
    this.in = InputStream.nullInputStream();
    this.memory = new BodyMemory(BodyMemory.Budgets.NONE);
    this.bytes = body;
    this.limit = length;
    this.ended = true;
  }

  /**
   * Passes over a byte order mark at the beginning.
   *
   * @throws ProblemException when the text is not UTF-8
   */
  void begin() throws IOException {
    while (limit < TextEncoding.SHOWN_BY && !ended) {
      fill();
    }
    checkEncoding(bytes, limit);
    position = TextEncoding.byteOrderMark(bytes, 0, limit);
  }

  /**
   * Looks at a body's beginning.
   *
   * @throws ProblemException when the text is not UTF-8
   */
  static void checkEncoding(byte[] body, int length) {
    var encoding = TextEncoding.other(body, 0, length);
    if (encoding != null) {
      throw new ProblemException(
          ProblemType.INVALID_BODY,
          "The body is in %s, and only UTF-8 is taken. Convert it before it is sent."
              .formatted(encoding));
    }
  }

  byte[] bytes() {
    return bytes;
  }

  /** The end of what has been read. */
  int limit() {
    return limit;
  }

  /** Whether nothing follows what has been read. */
  boolean ended() {
    return ended;
  }

  /**
   * Reads on. What is held from the position moves to the window's beginning.
   *
   * @return how far it moved
   */
  int fill() throws IOException {
    var moved = position;
    if (moved > 0) {
      System.arraycopy(bytes, moved, bytes, 0, limit - moved);
      limit -= moved;
      position = 0;
    }
    if (limit == bytes.length) {
      grow();
    }
    var read = in.read(bytes, limit, bytes.length - limit);
    if (read < 0) {
      ended = true;
    } else {
      limit += read;
    }
    return moved;
  }

  private void grow() {
    var more = bytes.length;
    memory.take(more);
    bytes = Arrays.copyOf(bytes, bytes.length + more);
  }
}
