package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.time.Duration;

/**
 * What one request's body holds while it is read, of what all bodies together may hold. Given back
 * at the end at the latest.
 */
final class BodyMemory implements AutoCloseable {
  /** What every request has anyway. */
  private static final long FREE = 32 << 10;

  /** A decoder is soon free again, as bodies that use one must come fast. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Budgets budgets;
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
  }

  BodyMemory(Budgets budgets) {
    this.budgets = budgets;
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
