package dev.acequia.consumer.consume;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The store's work as a {@link Lane} orders it: one piece at a time, while others go on. */
interface StoreWork {
  boolean isBusy();

  /** Takes over partitions. */
  void claim(List<Integer> partitions);

  /** Stores a batch, which is the store's until the result is taken. */
  void write(Batch batch);

  /** Asks whether the store can be written to. */
  void probe();

  /** The result of what was running, when it has ended. */
  Optional<LaneResult> take(Duration patience) throws InterruptedException;
}
