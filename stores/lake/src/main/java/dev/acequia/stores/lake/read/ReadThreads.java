package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which DuckDB runs. A virtual thread within native code keeps its processor, so a
 * few slow queries on those of the requests would stop all requests.
 */
final class ReadThreads implements AutoCloseable {
  private final ExecutorService threads;
  private final Semaphore turns;
  private final Duration patience;

  /**
   * Without threads so far.
   *
   * @param patience until a read has a turn
   */
  ReadThreads(int atOnce, Duration patience) {
    threads =
        Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("lake-read-", 0).factory());
    turns = new Semaphore(atOnce, true);
    this.patience = patience;
  }

  /** What runs on one of them. */
  interface Read<T> {
    T read() throws StoreReadException, IOException;
  }

  /** Runs a read, while the calling thread waits. */
  <T> T run(Read<T> read) throws StoreReadException, IOException {
    try {
      if (!turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoreReadException(Reason.BUSY, "all readers of the lake are in use");
      }
    } catch (InterruptedException e) {
      throw Deadline.interrupted(e);
    }
    Future<T> running;
    try {
      running =
          threads.submit(
              () -> {
                try {
                  return read.read();
                } finally {
                  turns.release();
                }
              });
    } catch (RejectedExecutionException e) {
      turns.release();
      throw new StoreReadException(Reason.UNAVAILABLE, "the reader is closed", e);
    }
    return result(running);
  }

  /** Waits to the end even if it is interrupted: the read ends in time and uses what is its. */
  private static <T> T result(Future<T> running) throws StoreReadException, IOException {
    var interrupted = false;
    try {
      while (true) {
        try {
          return running.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case StoreReadException cause -> throw cause;
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException("a read failed", e);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
