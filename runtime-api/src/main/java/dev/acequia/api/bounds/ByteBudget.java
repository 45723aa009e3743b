package dev.acequia.api.bounds;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * So many bytes may be held at once by all requests together; who would hold more must wait or go.
 */
public final class ByteBudget {
  /** What a permit stands for; a total of 2 GiB would not fit a semaphore otherwise. */
  private static final int UNIT = 64;

  private final long total;
  private final Semaphore units;

  public ByteBudget(long bytes) {
    total = bytes;
    units = new Semaphore(Math.toIntExact(bytes / UNIT));
  }

  /** What all requests together may hold, in bytes. */
  public long total() {
    return total;
  }

  /** Takes so many bytes, if they can be had now. */
  public boolean tryTake(long bytes) {
    return units.tryAcquire(units(bytes));
  }

  /** Takes so many bytes, waiting for others to give some back. */
  public boolean take(long bytes, Duration patience) throws InterruptedException {
    return units.tryAcquire(units(bytes), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Gives back what one call took. */
  public void giveBack(long bytes) {
    units.release(units(bytes));
  }

  private static int units(long bytes) {
    return Math.toIntExact((bytes + UNIT - 1) / UNIT);
  }
}
