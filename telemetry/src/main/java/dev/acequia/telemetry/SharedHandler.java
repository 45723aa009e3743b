package dev.acequia.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers a few requests at a time for each address, and some more in all: an answer is whole in
 * memory while it is read, and a slow reader must not hold the turns of others. A request beyond
 * that waits a little.
 */
final class SharedHandler implements HttpHandler {
  private static final int AT_ONCE = 32;

  /** Two Prometheus servers may share an address. */
  private static final int OF_AN_ADDRESS = 2;

  private static final int WAITING = 64;

  /** Less than the 10 s that a scrape waits. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final byte[] BUSY =
      "Other requests are being answered; ask again later.\n".getBytes(StandardCharsets.UTF_8);

  private final HttpHandler handler;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Map<InetAddress, Integer> answered = new HashMap<>();
  private final Map<InetAddress, Integer> waiting = new HashMap<>();
  private int all;

  SharedHandler(HttpHandler handler) {
    this.handler = handler;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    var address = exchange.getRemoteAddress().getAddress();
    if (!begin(address)) {
      try (exchange) {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(HttpURLConnection.HTTP_UNAVAILABLE, BUSY.length);
        exchange.getResponseBody().write(BUSY);
      }
      return;
    }
    try {
      handler.handle(exchange);
    } finally {
      end(address);
    }
  }

  private boolean begin(InetAddress address) {
    lock.lock();
    try {
      var left = PATIENCE.toNanos();
      while (all >= AT_ONCE || answered.getOrDefault(address, 0) >= OF_AN_ADDRESS) {
        if (left <= 0 || !mayWait(address)) {
          return false;
        }
        waiting.merge(address, 1, Integer::sum);
        try {
          left = ended.awaitNanos(left);
        } finally {
          waiting.computeIfPresent(address, SharedHandler::less);
        }
      }
      all++;
      answered.merge(address, 1, Integer::sum);
      return true;
    } catch (InterruptedException e) { // the process ends
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayWait(InetAddress address) {
    return waiting.getOrDefault(address, 0) < OF_AN_ADDRESS && waiting.size() < WAITING;
  }

  private static @Nullable Integer less(InetAddress address, int count) {
    return count == 1 ? null : count - 1;
  }

  private void end(InetAddress address) {
    lock.lock();
    try {
      all--;
      answered.computeIfPresent(address, SharedHandler::less);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
