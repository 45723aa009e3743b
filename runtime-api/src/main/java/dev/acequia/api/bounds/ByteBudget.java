package dev.acequia.api.bounds;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * So many bytes may be held at once by all requests together; who would hold more must wait or go.
 */
public final class ByteBudget {
  private final long total;

  /** Of single bytes, so that what was taken in pieces may be given back at once. */
  private final Semaphore left;

  /**
   * A budget of which nobody has taken yet.
   *
   * @param bytes less than 2 GiB
   */
  public ByteBudget(long bytes) {
    total = bytes;
    left = new Semaphore(Math.toIntExact(bytes));
  }

  /** What all requests together may hold, in bytes. */
  public long total() {
    return total;
  }

  /** What all requests together hold now, in bytes. */
  public long held() {
    return total - left.availablePermits();
  }

  /** Takes so many bytes, if they can be had now. */
  public boolean tryTake(long bytes) {
    return bytes == 0 || left.tryAcquire(Math.toIntExact(bytes));
  }

  /** Takes so many bytes, waiting for others to give some back. */
  public boolean take(long bytes, Duration patience) throws InterruptedException {
    return left.tryAcquire(Math.toIntExact(bytes), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Gives back what was taken, at once or in parts. */
  public void giveBack(long bytes) {
    if (bytes != 0) {
      // Small requests have nothing to give back, and need not all meet at one counter.
      left.release(Math.toIntExact(bytes));
    }
  }
}
