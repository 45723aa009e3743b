package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;

/**
 * The bodies that came under an {@code Idempotency-Key} to this process and may be stored, by their
 * digests: another body under the same key would lose its records as repeats. It knows of the last
 * so many only, and of no other process; the consumer judges every record once more.
 */
final class KnownPushes {
  /** As long as the consumer knows a key. */
  static final Duration KEPT = Duration.ofHours(24);

  /** An entry of the map, its key and value with their headers, at most. */
  private static final int ENTRY_BYTES = 192;

  private final int maxCount;
  private final LongSupplier nanoTime;

  /** In the order in which they came first. */
  private final LinkedHashMap<Digest, Known> pushes = new LinkedHashMap<>();

  /** The first 128 bits of a SHA-256. */
  private record Digest(long most, long least) {}

  /** What came under a key. */
  private static final class Known {
    private final Digest body;
    private final long since;
    private int underWay;
    private boolean perhapsStored;

    Known(Digest body, long since) {
      this.body = body;
      this.since = since;
    }
  }

  /**
   * None yet.
   *
   * @param maxBytes that the memory may take
   */
  KnownPushes(long maxBytes, LongSupplier nanoTime) {
    this.maxCount = Math.toIntExact(maxBytes / ENTRY_BYTES);
    this.nanoTime = nanoTime;
  }

  /** How a push ends. */
  interface Ingest {
    IngestResult run() throws java.io.IOException, InterruptedException;
  }

  /**
   * Takes in a push, and remembers its body unless nothing of it was stored.
   *
   * @param body its first {@code length} bytes, as they are without compression
   * @throws ProblemException when the key came with another body before
   */
  IngestResult ingest(IdempotencyKey key, byte[] body, int length, Ingest ingest)
      throws java.io.IOException, InterruptedException {
    var name = digest(key);
    var push = begin(name, digest(ByteBuffer.wrap(body, 0, length)));
    var perhapsStored = true;
    try {
      var result = ingest.run();
      perhapsStored = perhapsStored(result);
      return result;
    } catch (ProblemException e) {
      perhapsStored = false; // it is no body of its format, which is found before anything is sent
      throw e;
    } finally {
      end(push, name, perhapsStored);
    }
  }

  private static boolean perhapsStored(IngestResult result) {
    return switch (result) {
      case IngestResult.Done _, IngestResult.Broken _ -> true;
      case IngestResult.Rejected _ -> false;
      case IngestResult.Failed failed -> failed.unknown();
    };
  }

  private synchronized Known begin(Digest key, Digest body) {
    var now = nanoTime.getAsLong();
    forget(now);
    var known = pushes.get(key);
    if (known == null) {
      known = new Known(body, now);
      pushes.put(key, known);
    } else if (!known.body.equals(body)) {
      throw reused();
    }
    known.underWay++;
    return known;
  }

  private synchronized void end(Known push, Digest key, boolean perhapsStored) {
    push.underWay--;
    push.perhapsStored |= perhapsStored;
    if (push.underWay == 0 && !push.perhapsStored) {
      pushes.remove(key, push);
    }
  }

  /** Those that are too old, and the oldest where there is no room for one more. */
  private void forget(long now) {
    for (var oldest = pushes.values().iterator(); oldest.hasNext(); ) {
      if (now - oldest.next().since < KEPT.toNanos() && pushes.size() < maxCount) {
        return;
      }
      oldest.remove();
    }
  }

  private static ProblemException reused() {
    return new ProblemException(
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        "This Idempotency-Key came with another body within the last 24 hours, so nothing of this"
            + " one was stored. Send the same body again for a repeat, or this one under a new"
            + " key.");
  }

  private static Digest digest(IdempotencyKey key) {
    var scope = key.scope().bytes();
    var text = key.text().getBytes(StandardCharsets.US_ASCII);
    return digest(
        ByteBuffer.allocate(Integer.BYTES + scope.length + text.length)
            .putInt(scope.length)
            .put(scope)
            .put(text)
            .flip());
  }

  private static Digest digest(ByteBuffer bytes) {
    var sha256 = Sha256.digest();
    sha256.update(bytes);
    var digest = ByteBuffer.wrap(sha256.digest());
    return new Digest(digest.getLong(), digest.getLong());
  }
}
