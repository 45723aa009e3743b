package dev.acequia.local.platform;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells a person what is going on: one line for each step that is done, with the time it took, and
 * when nothing was said for a while, which steps are still under way.
 */
final class Steps implements AutoCloseable {
  private static final Duration SILENCE = Duration.ofSeconds(8);

  private final Consumer<String> out;
  private final long started = System.nanoTime();
  private final Set<String> underWay = new TreeSet<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private long lastSaid = System.nanoTime();

  Steps(Consumer<String> out) {
    this.out = out;
    clock.scheduleAtFixedRate(this::breakSilence, 1, 1, TimeUnit.SECONDS);
  }

  /** Runs one step. Its result is said with what {@code describe} makes of it. */
  <T> T run(String name, Callable<Step<T>> work) throws Exception {
    var began = System.nanoTime();
    synchronized (this) {
      underWay.add(name);
    }
    try {
      var step = work.call();
      synchronized (this) {
        underWay.remove(name);
        say("  %-18s %-46s %6s".formatted(name, step.description(), seconds(began)));
      }
      return step.result();
    } finally {
      synchronized (this) {
        underWay.remove(name);
      }
    }
  }

  /** Says a line as it is. */
  synchronized void say(String line) {
    out.accept(line.stripTrailing());
    lastSaid = System.nanoTime();
  }

  /** Since these steps began, as {@code 12.3 s}. */
  String seconds() {
    return seconds(started);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private synchronized void breakSilence() {
    if (!underWay.isEmpty() && System.nanoTime() - lastSaid > SILENCE.toNanos()) {
      say("  waiting for %s (%s)".formatted(String.join(", ", underWay), seconds()));
    }
  }

  private static String seconds(long since) {
    return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - since) / 1e9);
  }

  /** What a step leaves behind, and how to say it. */
  record Step<T>(T result, String description) {}
}
