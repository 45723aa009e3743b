package dev.acequia.stores;

import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads by key, of which those that wait for the database go there together. A few statements run
 * at a time, each on the thread of one who asked; who comes meanwhile waits, and the first of them
 * then asks for all. So a lone reader waits for nobody, and under load the price of a statement is
 * shared.
 */
public final class KeyReads {
  /** Keys that go together, where the database does not say. */
  public static final int MOST_KEYS = 32;

  private final Database database;
  private final int statementsAtOnce;
  private final Duration patience;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Read> waiting = new ArrayDeque<>();
  private int running;

  /** Runs one statement for some keys. */
  public interface Database {
    /**
     * Reads the rows of the keys.
     *
     * @throws StoreReadException when it cannot; the sink may have taken rows
     */
    void read(List<List<Literal>> keys, Sink sink) throws StoreReadException;

    /** How many keys are likely to have rows that fit one statement; at least one. */
    default int keysAtOnce() {
      return MOST_KEYS;
    }
  }

  /** Takes rows of several keys, each with its key's place among them. */
  public interface Sink {
    void row(int place, ResultRow row);
  }

  /**
   * Without reads so far.
   *
   * @param patience until a read is on its way to the database, before it is refused
   */
  public KeyReads(Database database, int statementsAtOnce, Duration patience) {
    this.database = database;
    this.statementsAtOnce = statementsAtOnce;
    this.patience = patience;
  }

  /**
   * Reads the record of a key.
   *
   * @return whether there is one
   * @throws StoreReadException when the store cannot answer, or has no place for it in time
   * @throws IOException what the sink threw
   */
  public boolean read(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    var read = new Read(key, sink);
    var leads = begin(read);
    if (!leads.isEmpty()) {
      try {
        readAll(leads, read);
      } finally {
        goOn();
        for (var led : leads) {
          if (!led.isAlone) { // or it was put back
            led.end();
          }
        }
      }
    }
    return read.result();
  }

  /** How many are not on their way yet. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** The reads that this one is to lead: itself among them, or none when another leads it. */
  private List<Read> begin(Read read) throws StoreReadException {
    lock.lock();
    try {
      if (running < statementsAtOnce) {
        running++;
        return List.of(read);
      }
      waiting.addLast(read);
    } finally {
      lock.unlock();
    }
    while (!read.await(patience)) {
      // What is on its way is ended by the statement's own limits, or comes back into the line.
      if (withdraw(read)) {
        throw new StoreReadException(Reason.BUSY, "reads by key wait for the store");
      }
    }
    return read.leads();
  }

  private boolean withdraw(Read read) {
    lock.lock();
    try {
      return waiting.remove(read);
    } finally {
      lock.unlock();
    }
  }

  /** Has reads led alone, by their own threads, after those who wait already. */
  private void putBack(List<Read> reads) {
    lock.lock();
    try {
      for (var read : reads) {
        read.isAlone = true;
        waiting.addLast(read);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has those who came meanwhile go next. */
  private void goOn() {
    lock.lock();
    try {
      var first = waiting.pollFirst();
      if (first == null) {
        running--;
        return;
      }
      var next = new ArrayList<>(List.of(first));
      var most = first.isAlone ? 1 : database.keysAtOnce();
      while (next.size() < most && !waiting.isEmpty() && !waiting.getFirst().isAlone) {
        next.add(waiting.removeFirst());
      }
      first.lead(next);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads, and puts back those that have to be read again: one key of the statement is at fault, or
   * their rows do not fit together.
   *
   * @param leader whose thread this is; it is not put back
   */
  private void readAll(List<Read> reads, Read leader) {
    try {
      database.read(
          reads.stream().map(read -> read.key).toList(),
          (place, row) -> reads.get(place).take(row));
    } catch (StoreReadException e) {
      var left = reads.stream().filter(Read::isOpen).toList();
      if (reads.size() > 1 && isOfOneAlone(e.reason())) {
        putBack(left.stream().filter(read -> read != leader).toList());
        if (leader.isOpen()) {
          readAll(List.of(leader), leader);
        }
      } else {
        left.forEach(read -> read.fail(e));
      }
    } catch (RuntimeException | Error e) {
      reads.stream().filter(Read::isOpen).forEach(read -> read.fail(e));
      throw e;
    }
  }

  /** Whether a key may be at fault, and the others' not. */
  private static boolean isOfOneAlone(Reason reason) {
    return switch (reason) {
      case IMPOSSIBLE, REFUSED, TOO_LARGE -> true;
      case BUSY, TOO_SLOW, TOO_COSTLY, UNAVAILABLE -> false;
    };
  }

  /** One who asked. Written by the thread that leads it, which then says that it has ended. */
  private static final class Read {
    private final Thread thread = Thread.currentThread();
    private final List<Literal> key;
    private final RowSink sink;
    private boolean isAlone;
    private boolean found;
    private @Nullable Throwable failure;
    private volatile @Nullable List<Read> leads;
    private volatile boolean ended;

    Read(List<Literal> key, RowSink sink) {
      this.key = key;
      this.sink = sink;
    }

    /** Neither answered nor failed so far. */
    boolean isOpen() {
      return !found && failure == null;
    }

    void take(ResultRow row) {
      if (failure != null) {
        return;
      }
      try {
        sink.row(row);
        found = true;
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
    }

    void fail(Throwable e) {
      failure = e;
    }

    void lead(List<Read> reads) {
      leads = reads;
      LockSupport.unpark(thread);
    }

    void end() {
      ended = true;
      if (thread != Thread.currentThread()) {
        LockSupport.unpark(thread);
      }
    }

    /** Waits until it leads or has ended; false when that takes too long. */
    boolean await(Duration patience) {
      var deadline = System.nanoTime() + patience.toNanos();
      var interrupted = false;
      while (isWaiting() && System.nanoTime() - deadline < 0) {
        LockSupport.parkNanos(this, deadline - System.nanoTime());
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
      return !isWaiting();
    }

    /** The reads that it has to lead; none when another has led it. */
    List<Read> leads() {
      var own = leads;
      return own == null ? List.of() : own;
    }

    private boolean isWaiting() {
      return leads == null && !ended;
    }

    boolean result() throws StoreReadException, IOException {
      return switch (failure) {
        case null -> found;
        case StoreReadException e ->
            throw new StoreReadException(e.reason(), String.valueOf(e.getMessage()), e);
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        default -> throw new IllegalStateException("a read by key failed", failure);
      };
    }
  }
}
