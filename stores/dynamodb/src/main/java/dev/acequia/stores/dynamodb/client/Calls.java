package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/** Calls that run side by side, as many as a {@link Pace} allows. */
public final class Calls {
  private final Pace pace;

  public Calls(Pace pace) {
    this.pace = pace;
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
    var next = new AtomicInteger();
    var failure = new AtomicReference<@Nullable Throwable>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var i = 0; i < Math.min(pace.most(), subjects.size()); i++) {
        threads.execute(() -> work(subjects, task, next, failure));
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
      List<T> subjects,
      Task<? super T> task,
      AtomicInteger next,
      AtomicReference<@Nullable Throwable> failure) {
    try {
      for (var i = next.getAndIncrement();
          i < subjects.size() && failure.get() == null;
          i = next.getAndIncrement()) {
        pace.enter();
        try {
          task.run(subjects.get(i));
        } finally {
          pace.leave();
        }
      }
    } catch (StoreUnavailableException | InterruptedException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }
}
