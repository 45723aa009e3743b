package dev.acequia.api;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the store can be read now, for whoever asks the management port. That needs no login, so
 * the answer names neither host nor role; the log has the database's own words. One question at a
 * time goes to the store, and its answer holds for a moment.
 */
final class ReadCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ReadCheck.class);

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

  /** Why it cannot be read; empty when it can, or is only busy. */
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
    var trouble = probe();
    trouble.filter(it -> !last.equals(Optional.of(message(it)))).ifPresent(ReadCheck::log);
    return trouble.map(ReadCheck::message);
  }

  private Optional<StoreReadException> probe() {
    try {
      store.probe();
      return Optional.empty();
    } catch (StoreReadException e) {
      return switch (e.reason()) {
        case UNAVAILABLE, REFUSED -> Optional.of(e);
        case BUSY, TOO_SLOW, TOO_COSTLY, TOO_LARGE, IMPOSSIBLE -> Optional.empty();
      };
    }
  }

  private static String message(StoreReadException e) {
    return String.valueOf(e.getMessage());
  }

  private static void log(StoreReadException e) {
    LOG.warn("the store cannot be read: {}", message(e), e.getCause());
  }
}
