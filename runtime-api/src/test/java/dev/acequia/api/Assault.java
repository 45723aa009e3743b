package dev.acequia.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** All attackers at once, until the attacks end. */
final class Assault implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final AttackTarget target;
  private final long seed;

  Assault(AttackTarget target, long seed) {
    this.target = target;
    this.seed = seed;
  }

  void begin(Attack attack) {
    var tally = new Tally();
    tallies.put(attack.getClass().getSimpleName(), tally);
    for (var client = 0; client < attack.clients(); client++) {
      var random = new Random(seed * 1000 + running.size());
      running.add(threads.submit(() -> repeat(attack, random, tally)));
    }
  }

  private boolean repeat(Attack attack, Random random, Tally tally) throws InterruptedException {
    while (!target.isOver()) {
      try {
        attack.once(random, tally);
      } catch (IOException e) {
        tally.count(e.getClass().getSimpleName());
      }
    }
    return true;
  }

  /** By the names of the attacks. */
  Map<String, Tally> tallies() {
    return tallies;
  }

  /** Ends what still runs; fails when an attack itself was at fault. */
  @Override
  public void close() throws InterruptedException {
    target.over().countDown();
    threads.shutdownNow();
    if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("an attacker does not end");
    }
    for (var one : running) {
      if (one.state() == Future.State.FAILED
          && !(one.exceptionNow() instanceof InterruptedException)) {
        throw new IllegalStateException("an attacker is at fault", one.exceptionNow());
      }
    }
  }
}
