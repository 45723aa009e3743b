package dev.acequia.consumer.consume;

import dev.acequia.contract.StoreTraits;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreBatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A share of the partitions on their way into the store: the batch that is being filled, the one
 * before it that is being written, and when to do what. Lanes have transactions of their own and
 * know nothing of each other. All methods are the polling thread's.
 */
final class Lane {
  /** The least that an advance over transaction markers alone waits. */
  private static final Duration IDLE_LINGER = Duration.ofSeconds(1);

  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final Duration BUSY_POLL = Duration.ofMillis(10);
  private static final Duration PROBE_EVERY = Duration.ofSeconds(5);

  private final int number;
  private final StoreWork store;

  /** What a record waits for others to go with it. */
  private final long lingerNanos;

  private final Backoff backoff = new Backoff();
  private final Backoff claimPause = new Backoff();
  private final Timer probeTimer = new Timer(PROBE_EVERY);
  private Batch filling;
  private Batch spare;
  private @Nullable Batch writing;

  /** The records not yet stored of a batch that exceeded the memory. */
  private long tooMany;

  private Optional<String> trouble = Optional.empty();

  Lane(
      int number,
      StoreWork store,
      StoreTraits traits,
      Supplier<StoreBatch> newBatch,
      LongSupplier nanoTime) {
    this.number = number;
    this.store = store;
    lingerNanos = traits.linger().toNanos();
    filling = new Batch(newBatch.get(), traits, nanoTime);
    spare = new Batch(newBatch.get(), traits, nanoTime);
  }

  int number() {
    return number;
  }

  /** The batch that takes what is read. */
  Batch filling() {
    return filling;
  }

  /** Whether there is no room until the batch before is written. */
  boolean isFull() {
    return isFilled() && store.isBusy();
  }

  /** A batch that exceeded the memory is read again and written in parts. */
  private boolean isFilled() {
    return filling.isFull() || (tooMany > 0 && filling.size() > 0);
  }

  /** How long to wait for more records before there is something else to do. */
  Duration patience() {
    if (store.isBusy()) {
      return BUSY_POLL;
    }
    if (filling.size() == 0) {
      return IDLE_POLL;
    }
    var left = lingerNanos - filling.ageNanos();
    if (left > 0) {
      return Duration.ofNanos(Math.min(left, IDLE_POLL.toNanos()));
    }
    return backoff.isOver() ? Duration.ZERO : BUSY_POLL; // what may not start yet must not spin
  }

  /**
   * Has the store do what is due, if it is free.
   *
   * @param unclaimed the lane's partitions that are yet to be taken over
   * @param mayProbe whether to ask from time to time whether the store can be written to
   */
  void startNext(List<Integer> unclaimed, boolean mayProbe) {
    if (store.isBusy() || !backoff.isOver()) {
      return;
    }
    if (!unclaimed.isEmpty() && claimPause.isOver()) {
      store.claim(unclaimed);
    } else if (isDue()) {
      write();
    } else if (mayProbe && probeTimer.isDue()) {
      store.probe();
    }
  }

  /** Has the store write what is at hand, due or not, if it is free. */
  void startLast() {
    if (!store.isBusy() && !filling.isEmpty()) {
      write();
    }
  }

  /** The result of what the store did, when it has ended. */
  Optional<LaneResult> take(Duration limit) throws InterruptedException {
    return store.take(limit);
  }

  /** The advances of the batch in flight; empty without one. */
  List<PartitionAdvance> written() {
    return writing == null ? List.of() : writing.advances();
  }

  /** The batch in flight exceeded the memory: the lane writes its records in smaller batches. */
  void wasTooMuch() {
    tooMany = writing == null ? tooMany : Math.max(tooMany, writing.size());
  }

  /** The batch in flight is stored. */
  void hasStored() {
    tooMany = writing == null ? tooMany : Math.max(0, tooMany - writing.size());
  }

  /** Hears that a result has been settled: what was written is room again. */
  void settled() {
    if (writing != null) {
      writing.clear();
      spare = writing;
      writing = null;
    }
  }

  void pauseClaims(Duration pause) {
    claimPause.pause(pause);
  }

  /** Drops what is at hand, and waits a little. */
  void failed() {
    filling.clear();
    backoff.failed();
  }

  void isTroubledBy(String reason) {
    trouble = Optional.of(reason);
  }

  void isWell() {
    trouble = Optional.empty();
    goesOn();
  }

  /** Resets the backoff and keeps the trouble of unclaimed partitions. */
  void goesOn() {
    backoff.succeeded();
  }

  /** Why it cannot do its work now, empty while it can. */
  Optional<String> trouble() {
    return trouble;
  }

  private void write() {
    writing = filling;
    filling = spare;
    store.write(writing);
    probeTimer.restart();
  }

  private boolean isDue() {
    if (filling.isEmpty()) {
      return false;
    }
    return isFilled()
        || filling.ageNanos()
            >= (filling.size() > 0 ? lingerNanos : Math.max(lingerNanos, IDLE_LINGER.toNanos()));
  }
}
