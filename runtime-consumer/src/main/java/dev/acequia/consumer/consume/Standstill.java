package dev.acequia.consumer.consume;

import dev.acequia.consumer.consume.ConsumerMetrics.Lag;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Since when each partition of this process has had records waiting and stored none of them. One
 * that stands still among others that move is seen too, and so is one that cannot be claimed: what
 * waits there is not known, so it counts as waiting. All methods are the polling thread's.
 */
final class Standstill {
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private Map<Integer, Stand> stands = Map.of();

  /** Where a partition was in the store, and since when it has not had to wait there. */
  private record Stand(long stored, long sinceNanos) {}

  Standstill(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Looks at the partitions.
   *
   * @param lags what waits, of the partitions of which it is known
   * @return for how many seconds the one that has stood still longest has done so; 0 when none has
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
