package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Calls that run side by side, as many as a {@link Pace} allows. One that is throttled is made
 * again while others get through.
 */
public final class Calls {
  private final Pace pace;
  private final Duration patience;

  /** The calls of a load. */
  public Calls(Pace pace) {
    this(pace, Clients.WRITING.patience());
  }

  /**
   * Calls at a pace.
   *
   * @param patience with throttled calls while none gets through
   */
  Calls(Pace pace, Duration patience) {
    this.pace = pace;
    this.patience = patience;
  }

  /** One of the calls. */
  @FunctionalInterface
  public interface Task<T> {
    void run(T subject) throws StoreUnavailableException;
  }

  /**
   * Returns when a call has been made for each of the subjects, and none runs any more.
   *
   * @throws StoreUnavailableException when one has failed; others may have been made
   */
  public <T> void forEach(List<T> subjects, Task<? super T> task) throws StoreUnavailableException {
    var work = new ConcurrentLinkedQueue<T>(subjects);
    var lastDone = new AtomicLong(System.nanoTime());
    var failure = new AtomicReference<@Nullable Throwable>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < Math.min(pace.most(), subjects.size()); i++) {
        threads.execute(() -> work(work, task, lastDone, failure));
      }
    }
    switch (failure.get()) {
      case null -> {}
      case StoreUnavailableException e -> throw e;
      case SdkException e -> throw DynamoFailure.of(e);
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new StoreUnavailableException("interrupted", e);
    }
  }

  private <T> void work(
      Queue<T> work,
      Task<? super T> task,
      AtomicLong lastDone,
      AtomicReference<@Nullable Throwable> failure) {
    try {
      for (var subject = work.poll();
          subject != null && failure.get() == null;
          subject = work.poll()) {
        pace.enter();
        try {
          task.run(subject);
          pace.succeeded();
          lastDone.set(System.nanoTime());
        } catch (ThrottledException e) {
          if (System.nanoTime() - lastDone.get() >= patience.toNanos()) {
            throw e;
          }
          work.add(subject);
        } finally {
          pace.leave();
        }
      }
    } catch (StoreUnavailableException | InterruptedException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }
}
