package dev.acequia.operator.turns;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets a few threads work at a time, and the others wait. The namespaces take turns. While another
 * namespace waits, one namespace gets no second turn, and the last free turn is never a second one:
 * so nobody waits for one namespace alone.
 */
public final class Turns {
  private int mostOfOne;
  private final ReentrantLock lock = new ReentrantLock();
  private final Lines<Waiting, Waiting> lines = new Lines<>();

  /** How many turns each namespace has. */
  private final Map<String, Integer> atWork = new HashMap<>();

  private int free;

  private static final class Waiting {
    private final String namespace;
    private final Condition turn;
    private boolean hasTurn;

    Waiting(String namespace, Condition turn) {
      this.namespace = namespace;
      this.turn = turn;
    }
  }

  /**
   * Creates it with all turns free.
   *
   * @param atATime how many may work
   */
  public Turns(int atATime) {
    this(atATime, atATime);
  }

  /**
   * Creates it with all turns free.
   *
   * @param atATime how many may work
   * @param mostOfOne how many of one namespace may work
   */
  public Turns(int atATime, int mostOfOne) {
    this.free = atATime;
    this.mostOfOne = mostOfOne;
  }

  /** Changes how many of one namespace may work. */
  public void setMostOfOne(int most) {
    lock.lock();
    try {
      mostOfOne = most;
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a turn of this namespace, and works. */
  public <T> T take(String namespace, Supplier<T> work) {
    begin(namespace);
    try {
      return work.get();
    } finally {
      end(namespace);
    }
  }

  /** The same for work without a result. */
  public void run(String namespace, Runnable work) {
    begin(namespace);
    try {
      work.run();
    } finally {
      end(namespace);
    }
  }

  private void begin(String namespace) {
    lock.lock();
    try {
      var own = new Waiting(namespace, lock.newCondition());
      lines.put(namespace, own, own);
      giveTurns();
      while (!own.hasTurn) {
        own.turn.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(String namespace) {
    lock.lock();
    try {
      free++;
      atWork.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1);
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  private void giveTurns() {
    for (var next = next(); next.isPresent(); next = next()) {
      var waiting = next.get();
      lines.take(waiting.namespace, waiting);
      atWork.merge(waiting.namespace, 1, Integer::sum);
      free--;
      waiting.hasTurn = true;
      waiting.turn.signal();
    }
  }

  private Optional<Waiting> next() {
    if (free == 0) {
      return Optional.empty();
    }
    var first = firstWithFewerThan(1);
    return first.isEmpty() && free > 1 ? firstWithFewerThan(mostOfOne) : first;
  }

  private Optional<Waiting> firstWithFewerThan(int turns) {
    return lines
        .firsts()
        .filter(waiting -> atWork.getOrDefault(waiting.namespace, 0) < turns)
        .findFirst();
  }

  /** How many wait. */
  int waiting() {
    lock.lock();
    try {
      return lines.size();
    } finally {
      lock.unlock();
    }
  }
}
