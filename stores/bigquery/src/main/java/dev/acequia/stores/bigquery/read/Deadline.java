package dev.acequia.stores.bigquery.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.time.Duration;

/** When a read must have ended, its waits included. */
final class Deadline {
  private final Duration limit;
  private final long endsAt;

  private Deadline(Duration limit) {
    this.limit = limit;
    endsAt = System.nanoTime() + limit.toNanos();
  }

  static Deadline in(Duration limit) {
    return new Deadline(limit);
  }

  /** Not negative. */
  long leftNanos() {
    return Math.max(0, endsAt - System.nanoTime());
  }

  boolean isOver() {
    return leftNanos() == 0;
  }

  /** The failure of an interrupted thread, which stays interrupted. */
  static StoreReadException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StoreReadException(Reason.UNAVAILABLE, "the read was interrupted", e);
  }

  /** What is thrown once it is over. */
  StoreReadException exceeded() {
    return new StoreReadException(
        Reason.TOO_SLOW, "the query took longer than " + limit.toSeconds() + " s");
  }
}
