package dev.acequia.consumer.consume;

import dev.acequia.consumer.consume.ConsumerMetrics.Lag;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The longest time for which a partition has had lag without progress. An unclaimed partition has
 * an unknown lag and counts as lagging. All methods are the polling thread's.
 */
final class Standstill {
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private Map<Integer, Stand> stands = Map.of();

  /** The stored offset, and the time of the last progress or of the last look without lag. */
  private record Stand(long stored, long sinceNanos) {}

  Standstill(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Updates the state of all partitions.
   *
   * @param lags the lag of each partition whose lag is known
   * @return the longest standstill of a partition, in seconds; 0 when none stands still
   */
  double look(Collection<PartitionState> assigned, List<Lag> lags) {
    var now = nanoTime.getAsLong();
    var waiting = lags.stream().collect(Collectors.toMap(Lag::partition, Lag::records));
    var next = new HashMap<Integer, Stand>();
    var longest = 0L;
    for (var partition : assigned) {
      var stored = partition.stored().offset();
      var former = stands.get(partition.number());
      var isWaiting = waiting.getOrDefault(partition.number(), 1L) > 0;
      var stand =
          former != null && former.stored() == stored && isWaiting
              ? former
              : new Stand(stored, now);
      next.put(partition.number(), stand);
      longest = Math.max(longest, now - stand.sinceNanos());
    }
    stands = next;
    return longest / NANOS;
  }
}
