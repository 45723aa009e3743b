package dev.acequia.operator;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets reconciles through until the operator ends, and has the end wait for those that have begun.
 * A stopped informer holds nothing, so a reconcile that goes on would see a cluster in which every
 * Secret is missing, no migration is at work and all slots are free.
 */
final class ReconcileGate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /** A reconcile, or what it is part of. */
  @FunctionalInterface
  interface Reconcile<T> {
    T run() throws Exception;
  }

  /**
   * Runs it.
   *
   * @throws CancellationException when the operator is ending; the next one reconciles anew
   */
  <T> T pass(Reconcile<T> reconcile) throws Exception {
    if (closed || !lock.readLock().tryLock()) {
      throw new CancellationException("the operator is ending; the next one goes on");
    }
    try {
      return reconcile.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Whether this is no failure of a reconcile, but the operator's end. */
  static boolean isClosedTo(Exception failure) {
    return failure instanceof CancellationException;
  }

  /**
   * Lets none through any more.
   *
   * @return whether all that had begun have ended within the limit
   */
  boolean close(Duration limit) {
    closed = true;
    try {
      return lock.writeLock().tryLock(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
