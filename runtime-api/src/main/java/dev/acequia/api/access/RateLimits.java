package dev.acequia.api.access;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much each client may still ask for: the generic cell rate algorithm, which needs one number
 * for each. That number is the time at which all of the client's requests would have been spread
 * out evenly; once it has passed, the client is as good as new and is forgotten.
 */
final class RateLimits {
  /** However many addresses a hostile client has, more are not told apart. */
  static final int MAX_CLIENTS = 10_000;

  private static final long SECOND = 1_000_000_000L;
  private static final long SWEEP_PAUSE = SECOND / 10;

  private final long interval;
  private final long tolerance;
  private final int burst;
  private final LongSupplier nanos;
  private final ConcurrentHashMap<String, AtomicLong> clients = new ConcurrentHashMap<>();
  private final AtomicLong everyoneElse;
  private final AtomicLong sweptAt;

  /**
   * All clients are new.
   *
   * @param burst requests that may come at once after a pause
   * @param nanos the time, as {@link System#nanoTime}
   */
  RateLimits(int requestsPerSecond, int burst, LongSupplier nanos) {
    this.interval = Math.max(1, SECOND / requestsPerSecond);
    this.tolerance = interval * burst;
    this.burst = burst;
    this.nanos = nanos;
    this.everyoneElse = new AtomicLong(nanos.getAsLong());
    this.sweptAt = new AtomicLong(nanos.getAsLong() - SWEEP_PAUSE);
  }

  /**
   * What a request met.
   *
   * @param remaining requests that may follow at once
   * @param seconds until the whole burst may come again, or, when it was refused, one request
   */
  record Verdict(boolean granted, long remaining, long seconds) {}

  /** Counts one request of a client. */
  Verdict take(String client) {
    var now = nanos.getAsLong();
    var spreadOut = clients.get(client);
    if (spreadOut == null) {
      spreadOut = admit(client, now);
    }
    while (true) {
      var known = spreadOut.get();
      var next = (known - now > 0 ? known : now) + interval;
      var ahead = next - now;
      if (ahead > tolerance) {
        return new Verdict(false, 0, seconds(ahead - tolerance));
      }
      if (spreadOut.compareAndSet(known, next)) {
        return new Verdict(true, (tolerance - ahead) / interval, seconds(ahead));
      }
    }
  }

  /** The policy in the words of the RateLimit-Policy header. */
  String policy() {
    return "\"client\";q=%d;w=%d".formatted(burst, seconds(tolerance));
  }

  int size() {
    return clients.size();
  }

  private AtomicLong admit(String client, long now) {
    if (clients.size() >= MAX_CLIENTS) {
      sweep(now);
      if (clients.size() >= MAX_CLIENTS) {
        return everyoneElse;
      }
    }
    return clients.computeIfAbsent(client, _ -> new AtomicLong(now));
  }

  /** One thread at a time looks through all, and not more often than it is worth. */
  private void sweep(long now) {
    var last = sweptAt.get();
    if (now - last >= SWEEP_PAUSE && sweptAt.compareAndSet(last, now)) {
      clients.values().removeIf(spreadOut -> spreadOut.get() - now <= 0);
    }
  }

  private static long seconds(long nanos) {
    return Math.max(1, (nanos + SECOND - 1) / SECOND);
  }
}
