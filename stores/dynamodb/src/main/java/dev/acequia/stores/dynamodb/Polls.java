package dev.acequia.stores.dynamodb;

import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pauses between looks at a table: longer each time, of random length, with a line a minute. */
final class Polls {
  private static final Logger LOG = LoggerFactory.getLogger(Polls.class);
  private static final Duration FIRST = Duration.ofMillis(400);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final double GROWTH = 1.5;

  /** Of a pause, up or down. */
  private static final double JITTER = 0.2;

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final long begin = System.nanoTime();
  private long lastLine = begin;
  private double pauseMillis = FIRST.toMillis();

  /** The time since the first look. */
  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /**
   * Waits for the next look.
   *
   * @param waitsFor for the log, as in "until ..."
   */
  void pause(String waitsFor) throws StoreUnavailableException {
    if (System.nanoTime() - lastLine >= MINUTE_NANOS) {
      lastLine = System.nanoTime();
      LOG.info("waiting for {} min until {}", elapsed().toMinutes(), waitsFor);
    }
    var jitter = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
    try {
      Thread.sleep(Duration.ofMillis((long) (pauseMillis * jitter)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
    pauseMillis = Math.min(pauseMillis * GROWTH, LONGEST.toMillis());
  }
}
