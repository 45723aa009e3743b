package dev.acequia.contract;

import java.time.Duration;
import java.util.List;

/**
 * The pace of a store, and what it asks of the load: a pure function of its definition.
 *
 * @param linger how long a record waits for others to be stored with it; nothing is fresher
 * @param batchBytes a batch this large is written as soon as the one before is; in the store's own
 *     form
 * @param lanes how many batches of one consumer are written at a time, each of partitions of its
 *     own
 * @param refusesRows whether a row may turn out to be bad while its batch is written. The consumer
 *     then keeps each record until its row is stored. A store that does not refuses a row when it
 *     is added; only what its marks say of a row is found later
 * @param freshness what a pipeline promises whose spec does not say
 * @param queries what it can be asked
 */
public record StoreTraits(
    Duration linger,
    long batchBytes,
    int lanes,
    boolean refusesRows,
    Duration freshness,
    StoreQueries queries) {
  /**
   * Of a database that commits within milliseconds. While one batch waits for its disk, another
   * keeps it busy; more would take more memory, and another replica does better.
   */
  public static final StoreTraits QUICK =
      new StoreTraits(Duration.ofMillis(40), 4 << 20, 2, true, Duration.ofSeconds(5));

  /** Before compression. The consumer's heap holds two batches, in arrays that grow by doubling. */
  private static final long FILE_BYTES = 32 << 20;

  /** A request of the Storage Write API holds 10 MB. */
  private static final long REQUEST_BYTES = 8 << 20;

  /** What statements of a warehouse take beside the wait. */
  private static final Duration STATEMENTS = Duration.ofSeconds(10);

  /** An item is 20 objects and more in the heap, so its bytes are a tenth of what it takes. */
  private static final long ITEM_BYTES = 1 << 20;

  public StoreTraits {
    if (linger.isNegative() || batchBytes < 1 || lanes < 1) {
      throw new IllegalArgumentException(
          "linger %s, batchBytes %d, lanes %d: the first is 0 at least, the others 1"
              .formatted(linger, batchBytes, lanes));
    }
  }

  /** Of a store that answers every query. */
  public StoreTraits(
      Duration linger, long batchBytes, int lanes, boolean refusesRows, Duration freshness) {
    this(linger, batchBytes, lanes, refusesRows, freshness, new StoreQueries.Any());
  }

  /**
   * The shortest freshness that a spec may promise: storing a record takes time after its wait. In
   * whole seconds, rounded up, if the wait is a second or more.
   */
  public Duration leastFreshness() {
    return linger.compareTo(Duration.ofSeconds(1)) < 0
        ? linger
        : Duration.ofSeconds((linger.toSeconds() * 3 + 1) / 2);
  }

  /**
   * Of a store that keeps a file for each commit, and is slower to read the more there are. A
   * record may wait for one commit and for the time that the next one takes.
   */
  public static StoreTraits ofFiles(Duration commitInterval) {
    return new StoreTraits(commitInterval, FILE_BYTES, 1, false, commitInterval.multipliedBy(2));
  }

  /**
   * Of a store that takes items one by one and finds them by keys. Each batch pays for one more
   * write, that of its offsets.
   */
  public static StoreTraits ofItems(List<KeyIndex> indexes) {
    return new StoreTraits(
        Duration.ofMillis(200),
        ITEM_BYTES,
        2,
        false,
        Duration.ofSeconds(5),
        new StoreQueries.ByKey(indexes));
  }

  /**
   * Of a warehouse that takes rows by streams, and whose statements take seconds. It names rows
   * that it refuses while a batch is written.
   */
  public static StoreTraits ofWarehouse(Duration commitInterval) {
    return new StoreTraits(commitInterval, REQUEST_BYTES, 1, true, commitInterval.plus(STATEMENTS));
  }
}
