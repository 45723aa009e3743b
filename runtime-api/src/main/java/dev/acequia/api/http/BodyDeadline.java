package dev.acequia.api.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * By when the body of the request at hand must have come. Then the input of its connection ends, so
 * that a thread that waits for more goes on.
 */
public final class BodyDeadline implements AutoCloseable {
  static final ScopedValue<BodyDeadline> AT_HAND = ScopedValue.newInstance();

  private volatile @Nullable Long end;

  BodyDeadline() {}

  /**
   * Sets it for the request of this thread.
   *
   * @param limit from now; null for none
   */
  public static BodyDeadline after(@Nullable Duration limit) {
    var deadline = AT_HAND.isBound() ? AT_HAND.get() : new BodyDeadline();
    deadline.end = limit == null ? null : System.nanoTime() + limit.toNanos();
    return deadline;
  }

  /** Lifts it: the body has come, or is not read on. */
  @Override
  public void close() {
    end = null;
  }

  boolean hasPassed(long now) {
    var at = end;
    return at != null && now - at > 0;
  }
}
