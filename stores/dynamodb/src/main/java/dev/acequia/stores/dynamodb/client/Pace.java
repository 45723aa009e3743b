package dev.acequia.stores.dynamodb.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How many calls run at a time: half as many after the service throttled one, and one more after
 * about as many successes as there are calls at a time. Of the throttled calls of one moment only
 * the first counts, since all of them were sent at the former pace.
 */
public final class Pace {
  /** Longer than a call that succeeds. */
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final int most;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition free = lock.newCondition();
  private double limit;
  private int running;
  private long lastCut;

  /**
   * Begins with as many calls as there may be.
   *
   * @param most calls at a time
   */
  public Pace(int most) {
    this(most, System::nanoTime);
  }

  Pace(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
    limit = most;
    lastCut = nanoTime.getAsLong() - MOMENT_NANOS;
  }

  /** The most calls at a time that it ever allows. */
  int most() {
    return most;
  }

  /** The calls that it allows at a time now. */
  int limit() {
    lock.lock();
    try {
      return (int) limit;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until one more call may run. */
  void enter() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (running >= (int) limit) {
        free.await();
      }
      running++;
    } finally {
      lock.unlock();
    }
  }

  /** A call that entered has ended. */
  void leave() {
    lock.lock();
    try {
      running--;
      free.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void succeeded() {
    lock.lock();
    try {
      limit = Math.min(most, limit + 1 / limit);
      free.signal();
    } finally {
      lock.unlock();
    }
  }

  void throttled() {
    lock.lock();
    try {
      var now = nanoTime.getAsLong();
      if (now - lastCut >= MOMENT_NANOS) {
        lastCut = now;
        limit = Math.max(1, limit / 2);
      }
    } finally {
      lock.unlock();
    }
  }
}
