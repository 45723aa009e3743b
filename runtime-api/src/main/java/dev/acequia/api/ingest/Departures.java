package dev.acequia.api.ingest;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Has what many requests send leave together: the first at once, and what comes in the gap after it
 * with the next departure. A request to the broker for each record would cost more than the record,
 * and the producer's own {@code linger.ms} counts in milliseconds, which is longer than all the
 * rest of a post takes.
 */
final class Departures implements AutoCloseable {
  private static final long GAP_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("departures").unstarted(this::run);
  private volatile boolean idle;
  private volatile boolean closed;

  Departures() {
    thread.start();
  }

  /**
   * Has it leave with the next departure.
   *
   * @param departure what sends it; throws nothing, and does not wait for an answer
   */
  void add(Runnable departure) {
    waiting.add(departure);
    if (idle) {
      LockSupport.unpark(thread);
    }
  }

  /** Has all leave that wait; nothing may be added any more. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (awaitOne()) {
      for (var next = waiting.poll(); next != null; next = waiting.poll()) {
        next.run();
      }
      LockSupport.parkNanos(GAP_NANOS);
    }
  }

  /** Whether there is one, and not the end. */
  private boolean awaitOne() {
    idle = true;
    while (waiting.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    idle = false;
    return !waiting.isEmpty();
  }
}
