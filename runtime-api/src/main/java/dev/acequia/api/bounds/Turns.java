package dev.acequia.api.bounds;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * So many requests are worked at at once, those that came first before others; one client has half
 * of the turns at most, so that another gets one however many it sends. Who waits holds nothing but
 * its connection.
 */
public final class Turns {
  private final Semaphore all;
  private final int ofEach;
  private final Duration patience;

  /** Those who have a turn or wait for one. */
  private final Map<String, Client> clients = new HashMap<>();

  private static final class Client {
    private final Semaphore turns;
    private int requests;

    Client(int turns) {
      this.turns = new Semaphore(turns, true);
    }
  }

  /** What a request has until it is closed. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /** Nobody could be given a turn in time. */
  public static final class NoneLeftException extends Exception {
    private static final long serialVersionUID = 1;

    NoneLeftException() {
      super("no turn was left");
    }
  }

  /**
   * All turns are free.
   *
   * @param count two or more
   * @param patience of a request that waits
   */
  public Turns(int count, Duration patience) {
    this.all = new Semaphore(count, true);
    this.ofEach = count / 2;
    this.patience = patience;
  }

  /**
   * Waits for a turn.
   *
   * @throws NoneLeftException when there is none in time
   */
  public Turn take(String client) throws NoneLeftException, InterruptedException {
    var deadline = System.nanoTime() + patience.toNanos();
    var its = enter(client);
    try {
      await(its.turns, deadline);
      try {
        await(all, deadline);
      } catch (NoneLeftException | InterruptedException e) {
        its.turns.release();
        throw e;
      }
    } catch (NoneLeftException | InterruptedException e) {
      leave(client, its);
      throw e;
    }
    return () -> {
      all.release();
      its.turns.release();
      leave(client, its);
    };
  }

  private static void await(Semaphore turns, long deadline)
      throws NoneLeftException, InterruptedException {
    if (!turns.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new NoneLeftException();
    }
  }

  private synchronized Client enter(String client) {
    var its = clients.computeIfAbsent(client, _ -> new Client(ofEach));
    its.requests++;
    return its;
  }

  private synchronized void leave(String client, Client its) {
    its.requests--;
    if (its.requests == 0) {
      clients.remove(client);
    }
  }
}
