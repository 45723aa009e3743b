package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import software.amazon.awssdk.retries.api.BackoffStrategy;

/** Random pauses between the attempts of one piece of work, up to a limit that doubles. */
public final class Pauses {
  private static final Duration FIRST = Duration.ofMillis(25);
  private static final Duration LONGEST = Duration.ofSeconds(3);

  private Pauses() {}

  static BackoffStrategy strategy() {
    return BackoffStrategy.exponentialDelay(FIRST, LONGEST);
  }

  /**
   * Waits before the next attempt.
   *
   * @param attempt how many there were, 1 at least
   */
  public static void await(int attempt) throws StoreUnavailableException {
    try {
      Thread.sleep(strategy().computeDelay(attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
  }
}
