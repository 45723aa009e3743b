package dev.acequia.api;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether the store can be read now, for whoever asks the management port. One question at a time
 * goes to the store, and its answer holds for a moment.
 */
final class ReadCheck {
  private static final Duration HOLDS = Duration.ofSeconds(2);

  /** A store that only starts anew is told by the second look. */
  private static final Duration SECOND_LOOK = Duration.ofSeconds(1);

  private final StoreReader store;
  private final ReentrantLock asking = new ReentrantLock();
  private Optional<String> last = Optional.empty();
  private long lastNanos = System.nanoTime() - HOLDS.toNanos();

  ReadCheck(StoreReader store) {
    this.store = store;
  }

  /** Why it cannot be read, in the store's words; empty when it can, or is only busy. */
  Optional<String> trouble() {
    asking.lock();
    try {
      if (System.nanoTime() - lastNanos >= HOLDS.toNanos()) {
        last = look();
        lastNanos = System.nanoTime();
      }
      return last;
    } finally {
      asking.unlock();
    }
  }

  private Optional<String> look() {
    if (probe().isEmpty()) {
      return Optional.empty();
    }
    try {
      Thread.sleep(SECOND_LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    return probe();
  }

  private Optional<String> probe() {
    try {
      store.probe();
      return Optional.empty();
    } catch (StoreReadException e) {
      return switch (e.reason()) {
        case UNAVAILABLE, REFUSED -> Optional.of(words(e));
        case BUSY, TOO_SLOW, TOO_COSTLY, TOO_LARGE, IMPOSSIBLE -> Optional.empty();
      };
    }
  }

  /** The database's own: callers are not told, but the platform is. */
  private static String words(StoreReadException e) {
    var cause = e.getCause() == null ? null : e.getCause().getMessage();
    return cause == null ? String.valueOf(e.getMessage()) : cause.lines().findFirst().orElse("");
  }
}
