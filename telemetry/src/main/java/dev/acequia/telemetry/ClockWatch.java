package dev.acequia.telemetry;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process in order when the machine's clock is set back. Kafka's client measures its waits
 * by that clock and lets it only grow: after a step back by a day it sends no heartbeat and does
 * not reconnect for a day. A new process goes by the new time. A step forward needs nothing: what
 * waits is merely due.
 */
public final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

  /** Less than a group session of 45 s: a heartbeat that is late by it is in time. */
  static final Duration TOLERATED = Duration.ofSeconds(30);

  private static final Duration LOOK_EACH = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final LongSupplier nanos;
  private final long start;
  private Duration furthest;

  /**
   * @param clock the machine's clock, which may be set
   * @param nanos a time that only grows, in nanoseconds from any start
   */
  ClockWatch(InstantSource clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
    start = nanos.getAsLong();
    furthest = ahead();
  }

  /** Watches until the process ends; what ends in order has a shutdown hook. */
  public static void start() {
    var watch = new ClockWatch(InstantSource.system(), System::nanoTime);
    Thread.ofPlatform().daemon().name("clock-watch").start(watch::run);
  }

  /** By how much the clock was set back since it was furthest ahead; empty if by little. */
  Optional<Duration> setBack() {
    var now = ahead();
    if (now.compareTo(furthest) > 0) {
      furthest = now;
    }
    return Optional.of(furthest.minus(now)).filter(back -> back.compareTo(TOLERATED) > 0);
  }

  private Duration ahead() {
    return Duration.ofMillis(clock.millis()).minusNanos(nanos.getAsLong() - start);
  }

  private void run() {
    try {
      Optional<Duration> back;
      do {
        Thread.sleep(LOOK_EACH);
        back = setBack();
      } while (back.isEmpty());
      LOG.error(
          "ended, since the clock was set back by {} s and Kafka's client would wait as long;"
              + " a new process goes by the new time",
          back.get().toSeconds());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
