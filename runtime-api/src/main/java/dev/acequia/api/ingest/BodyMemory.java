package dev.acequia.api.ingest;

import dev.acequia.api.bounds.ByteBudget;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one request's body holds while it is read, of what all bodies together may hold. Given back
 * at the end at the latest.
 */
final class BodyMemory implements AutoCloseable {
  /** What every request has anyway. */
  private static final long FREE = 32 << 10;

  /** A decoder is soon free again, as bodies that use one must come fast. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** SNS sends 256 KiB at most, which escapes in JSON can make six times as long. */
  private static final long MAX_UNPROVED = 2 << 20;

  private static final Duration UNPROVED_DEADLINE = Duration.ofSeconds(10);

  /** One at a time. */
  private static final long UNPROVED_DECODERS = 8 << 20;

  private final Budgets budgets;
  private final long maxBytes;
  private final @Nullable Duration deadline;
  private long bytes;
  private long decoder;

  /**
   * What all bodies together may hold.
   *
   * @param bodies for bodies that are checked whole and for large records
   * @param decoders for what decompression looks back on
   */
  record Budgets(ByteBudget bodies, ByteBudget decoders) {
    static final Budgets NONE = new Budgets(new ByteBudget(0), new ByteBudget(0));

    static Budgets of(HeapShare share) {
      return new Budgets(new ByteBudget(share.bodies()), new ByteBudget(share.decoders()));
    }

    /** For bodies of callers who are not known yet. */
    static Budgets ofUnproved(HeapShare share) {
      return new Budgets(new ByteBudget(share.unproved()), new ByteBudget(UNPROVED_DECODERS));
    }
  }

  BodyMemory(Budgets budgets) {
    this(budgets, Long.MAX_VALUE, null);
  }

  private BodyMemory(Budgets budgets, long maxBytes, @Nullable Duration deadline) {
    this.budgets = budgets;
    this.maxBytes = maxBytes;
    this.deadline = deadline;
  }

  /** For a body that is small and comes at once, or is refused. */
  static BodyMemory ofUnproved(Budgets budgets) {
    return new BodyMemory(budgets, MAX_UNPROVED, UNPROVED_DEADLINE);
  }

  /** The largest body that may be read, decompressed. */
  long maxBytes() {
    return maxBytes;
  }

  /** When the whole body must have come; null when its pace counts. */
  @Nullable Duration deadline() {
    return deadline;
  }

  /**
   * Takes so many bytes more.
   *
   * @throws ProblemException when they cannot be had now, or never
   */
  void take(long more) {
    if (bytes + more > budgets.bodies().total()) {
      throw new ProblemException(
          ProblemType.BODY_TOO_LARGE,
          "The body needs more than the %d MiB that this API has for bodies. Send less at a time."
              .formatted(budgets.bodies().total() >> 20));
    }
    if (!budgets.bodies().tryTake(more)) {
      throw overloaded("Too many large bodies are being read at once.");
    }
    bytes += more;
  }

  /** Gives back what one call took. */
  void giveBack(long less) {
    budgets.bodies().giveBack(less);
    bytes -= less;
  }

  /**
   * Takes what a decoder needs. Once for each request.
   *
   * @throws ProblemException when it cannot be had soon
   */
  void takeDecoder(long need) throws InterruptedException {
    if (!budgets.decoders().take(need, PATIENCE)) {
      throw overloaded("Too many bodies are being decompressed at once.");
    }
    decoder = need;
  }

  /** Whether others could miss what this request holds. */
  boolean isMuch() {
    return bytes > FREE || decoder > 0;
  }

  private static ProblemException overloaded(String reason) {
    return new ProblemException(
        Problem.of(ProblemType.OVERLOADED, reason + " Try again.").retryAfter(1));
  }

  @Override
  public void close() {
    budgets.bodies().giveBack(bytes);
    budgets.decoders().giveBack(decoder);
    bytes = 0;
    decoder = 0;
  }
}
