package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A body as it comes over the connection: counted, and not too slowly while it holds memory that
 * others could use. A body that holds none may take its time.
 */
final class RawBody extends FilterInputStream {
  private static final long GRACE_SECONDS = 30;
  private static final long BYTES_PER_SECOND = 16 << 10;

  private final BodyMemory memory;
  private final long start = System.nanoTime();
  private long count;
  private @Nullable IOException failure;

  RawBody(InputStream in, BodyMemory memory) {
    super(in);
    this.memory = memory;
  }

  /** Bytes read so far. */
  long count() {
    return count;
  }

  /** What went wrong with the connection, rather than with what came over it. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read;
    try {
      read = super.read(into, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
    if (read > 0) {
      count += read;
      var deadline = memory.deadline();
      if (deadline != null && System.nanoTime() - start > deadline.toNanos()) {
        throw tooSlow(
            "A body that proves whom it is from must come within %d seconds."
                .formatted(deadline.toSeconds()));
      }
      if (memory.isMuch()) {
        checkPace();
      }
    }
    return read;
  }

  private void checkPace() {
    var seconds = (System.nanoTime() - start) / 1_000_000_000;
    if (seconds > GRACE_SECONDS && count / seconds < BYTES_PER_SECOND) {
      throw tooSlow(
          "A body that is held in memory must come at %d KiB a second or faster. Send"
                  .formatted(BYTES_PER_SECOND >> 10)
              + " smaller bodies, or stream uncompressed or by gzip with ?onError=skip.");
    }
  }

  private static ProblemException tooSlow(String detail) {
    return new ProblemException(
        Problem.of(ProblemType.BODY_TOO_SLOW, detail).withHeader("Connection", "close"));
  }
}
