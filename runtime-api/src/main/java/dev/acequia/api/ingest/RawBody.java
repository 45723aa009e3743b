package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A body as it comes over the connection: counted, and not too slowly: each holds a connection, and
 * must be faster while it holds memory that others could use. Only time in which the API waits for
 * it counts, of each half minute anew.
 */
final class RawBody extends FilterInputStream {
  private static final long PERIOD_SECONDS = 30;

  /** While it holds much memory. */
  private static final long BYTES_PER_SECOND = 16 << 10;

  private static final long LEAST_BYTES_PER_SECOND = 1 << 10;

  private final BodyMemory memory;
  private final LongSupplier nanoTime;
  private final long start;
  private long count;
  private long waitedNanos;
  private long countBefore;
  private @Nullable IOException failure;

  RawBody(InputStream in, BodyMemory memory) {
    this(in, memory, System::nanoTime);
  }

  RawBody(InputStream in, BodyMemory memory, LongSupplier nanoTime) {
    super(in);
    this.memory = memory;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
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
    var before = nanoTime.getAsLong();
    try {
      read = super.read(into, offset, length);
    } catch (IOException e) {
      checkDeadline(nanoTime.getAsLong());
      failure = e;
      throw e;
    }
    var now = nanoTime.getAsLong();
    checkDeadline(now);
    if (read > 0) {
      count += read;
      waitedNanos += now - before;
      if (waitedNanos > PERIOD_SECONDS * 1_000_000_000) {
        checkPace();
      }
    }
    return read;
  }

  /** The input that ends at the deadline looks like one that the sender ended. */
  private void checkDeadline(long now) {
    var deadline = memory.deadline();
    if (deadline != null && now - start > deadline.toNanos()) {
      throw tooSlow(
          "A body that proves whom it is from must come within %d seconds."
              .formatted(deadline.toSeconds()));
    }
  }

  private void checkPace() {
    var pace = (count - countBefore) * 1_000_000_000.0 / waitedNanos;
    if (memory.isMuch() && pace < BYTES_PER_SECOND) {
      throw tooSlow(
          "A body that is held in memory must come at %d KiB a second or faster. Send"
                  .formatted(BYTES_PER_SECOND >> 10)
              + " smaller bodies, or stream uncompressed or by gzip with ?onError=skip.");
    }
    if (pace < LEAST_BYTES_PER_SECOND) {
      throw tooSlow(
          "A body must come at %d KiB a second or faster. Send what you have, and more later."
              .formatted(LEAST_BYTES_PER_SECOND >> 10));
    }
    waitedNanos = 0;
    countBefore = count;
  }

  private static ProblemException tooSlow(String detail) {
    return new ProblemException(
        Problem.of(ProblemType.BODY_TOO_SLOW, detail).withHeader("Connection", "close"));
  }
}
