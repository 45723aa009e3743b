package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When a read must have ended, its waits included. */
final class Deadline {
  /** No call is answered within less. */
  private static final int LEAST_MILLIS = 20;

  private final Duration limit;
  private final long endsAt;

  private Deadline(Duration limit) {
    this.limit = limit;
    endsAt = System.nanoTime() + limit.toNanos();
  }

  static Deadline in(Duration limit) {
    return new Deadline(limit);
  }

  /** Negative when it is over. */
  int leftMillis() {
    return (int) TimeUnit.NANOSECONDS.toMillis(endsAt - System.nanoTime());
  }

  boolean isOver() {
    return leftMillis() < LEAST_MILLIS;
  }

  /**
   * Waits for a while.
   *
   * @throws StoreReadException when the thread is interrupted; it stays so
   */
  static void pause(Duration pause) throws StoreReadException {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreReadException(Reason.UNAVAILABLE, "the read was interrupted", e);
    }
  }

  /** What is thrown once it is over. */
  StoreReadException exceeded() {
    return new StoreReadException(
        Reason.TOO_SLOW, "the query took longer than " + limit.toSeconds() + " s");
  }
}
