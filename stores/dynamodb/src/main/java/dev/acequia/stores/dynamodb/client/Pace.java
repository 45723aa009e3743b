package dev.acequia.stores.dynamodb.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many calls run at a time: half as many after the service throttled one, and one more after
 * about as many successes as there are calls at a time. Of the throttled calls of one moment only
 * the first counts, since all of them were sent at the former pace.
 */
public final class Pace {
  /** Longer than a call that succeeds. */
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(Pace.class);

  private final int most;
  private final LongSupplier nanoTime;
  private final IntConsumer slowed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition free = lock.newCondition();
  private double limit;
  private int running;
  private long lastCut;
  private long lastLine;

  /**
   * Begins with as many calls as there may be.
   *
   * @param most calls at a time
   */
  public Pace(int most) {
    this(
        most,
        System::nanoTime,
        limit -> LOG.warn("DynamoDB throttles calls; at most {} run at a time now", limit));
  }

  /**
   * Begins with as many calls as there may be.
   *
   * @param slowed hears of the first cut of a minute, with the calls at a time that it leaves
   */
  Pace(int most, LongSupplier nanoTime, IntConsumer slowed) {
    this.most = most;
    this.nanoTime = nanoTime;
    this.slowed = slowed;
    limit = most;
    lastCut = nanoTime.getAsLong() - MOMENT_NANOS;
    lastLine = nanoTime.getAsLong() - MINUTE_NANOS;
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
        if (now - lastLine >= MINUTE_NANOS) {
          lastLine = now;
          slowed.accept((int) limit);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
