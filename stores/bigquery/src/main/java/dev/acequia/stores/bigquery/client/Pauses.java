package dev.acequia.stores.bigquery.client;

import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waiting for what nobody announces. */
public final class Pauses {
  private Pauses() {}

  /** Waits for a random time, from half to the whole of a pause. */
  public static void pause(Duration pause) throws StoreUnavailableException {
    var millis = pause.toMillis();
    try {
      Thread.sleep(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
  }
}
