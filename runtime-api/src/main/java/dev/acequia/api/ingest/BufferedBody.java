package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** A request's body, read whole, within its own bound and that of all requests together. */
final class BufferedBody implements AutoCloseable {
  /** The largest body that is checked whole before any of it is sent on. */
  static final int MAX_BYTES = 16 << 20;

  private static final int FIRST_SIZE = 1 << 12;

  private final ByteBudget budget;
  private byte[] bytes = new byte[0];
  private int length;

  private BufferedBody(ByteBudget budget) {
    this.budget = budget;
  }

  /**
   * Reads a body.
   *
   * @param declared the length that the client announced, or -1
   */
  static BufferedBody read(InputStream in, long declared, ByteBudget budget) throws IOException {
    if (declared > MAX_BYTES) {
      throw tooLarge();
    }
    var body = new BufferedBody(budget);
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

  private void fill(InputStream in, int declared) throws IOException {
    // One byte more than announced shows the end without growing.
    grow(declared < 0 ? FIRST_SIZE : Math.min(declared + 1, 1 << 16));
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
    if (!budget.tryTake(size)) {
      throw new ProblemException(
          Problem.of(
                  ProblemType.OVERLOADED,
                  "Too many bodies are being read at once. Nothing of this one was stored; try"
                      + " again.")
              .retryAfter(1));
    }
    var before = bytes.length;
    bytes = Arrays.copyOf(bytes, size);
    budget.giveBack(before);
  }

  private static ProblemException tooLarge() {
    return new ProblemException(
        ProblemType.BODY_TOO_LARGE,
        "A body that is accepted or rejected as a whole has at most %d MiB. Send several, or send"
                .formatted(MAX_BYTES >> 20)
            + " application/x-ndjson of any length with ?onError=skip.");
  }

  @Override
  public void close() {
    budget.giveBack(bytes.length);
    bytes = new byte[0];
  }
}
