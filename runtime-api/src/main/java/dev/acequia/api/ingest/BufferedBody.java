package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** A request's body, read whole, within its own bound and the request's memory. */
final class BufferedBody implements AutoCloseable {
  /** The largest body that is checked whole before any of it is sent on. */
  static final int MAX_BYTES = 16 << 20;

  private static final int FIRST_SIZE = 1 << 12;

  private final BodyMemory memory;
  private byte[] bytes = new byte[0];
  private int length;

  private BufferedBody(BodyMemory memory) {
    this.memory = memory;
  }

  /**
   * Reads a body.
   *
   * @param declared the length that the client announced, or -1
   */
  static BufferedBody read(InputStream in, long declared, BodyMemory memory) throws IOException {
    if (declared > MAX_BYTES) {
      throw tooLarge();
    }
    var body = new BufferedBody(memory);
    try {
      body.fill(in, (int) declared);
      return body;
    } catch (IOException | RuntimeException e) {
      body.close();
      throw e;
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  InputStream stream() {
    return new ByteArrayInputStream(bytes, 0, length);
  }

  private void fill(InputStream in, int declared) throws IOException {
    // One byte more than announced shows the end without growing. Of a long body nothing is held
    // before it comes.
    grow(declared < 0 ? FIRST_SIZE : Math.min(declared + 1, FIRST_SIZE));
    while (true) {
      var read = in.read(bytes, length, bytes.length - length);
      if (read < 0) {
        return;
      }
      length += read;
      if (length > MAX_BYTES) {
        throw tooLarge();
      }
      if (length == bytes.length) {
        grow(Math.min(bytes.length * 2, MAX_BYTES + 1));
      }
    }
  }

  private void grow(int size) {
    memory.take(size);
    var before = bytes.length;
    bytes = Arrays.copyOf(bytes, size);
    memory.giveBack(before);
  }

  private static ProblemException tooLarge() {
    return new ProblemException(
        ProblemType.BODY_TOO_LARGE,
        "A body that is accepted or rejected as a whole has at most %d MiB. Send several, or one of"
                .formatted(MAX_BYTES >> 20)
            + " any length with ?onError=skip.");
  }

  @Override
  public void close() {
    memory.giveBack(bytes.length);
    bytes = new byte[0];
  }
}
