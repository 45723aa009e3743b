package dev.acequia.operator.turns;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets a few threads work at a time, and the others wait. The namespaces take turns, and while
 * another namespace waits, one namespace gets no second turn.
 */
public final class Turns {
  private final int atATime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Lines<Waiting, Waiting> lines = new Lines<>();

  /** The namespaces of those at work, each as often as it has a turn. */
  private final List<String> atWork = new ArrayList<>();

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
    this.atATime = atATime;
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
      atWork.remove(namespace);
      giveTurns();
    } finally {
      lock.unlock();
    }
  }

  private void giveTurns() {
    while (atWork.size() < atATime && lines.size() > 0) {
      var next =
          lines
              .all()
              .filter(waiting -> !atWork.contains(waiting.namespace))
              .findFirst()
              .or(() -> lines.all().findFirst())
              .orElseThrow();
      lines.take(next.namespace, next);
      atWork.add(next.namespace);
      next.hasTurn = true;
      next.turn.signal();
    }
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
