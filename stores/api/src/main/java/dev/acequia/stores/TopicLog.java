package dev.acequia.stores;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The topic as a migration finds it when it begins. Hours may pass until the migration acts on it.
 *
 * @param partitions what is in the log of each partition, by its number
 * @param epochs tells whether a log is still the one that was read
 */
public record TopicLog(UUID topicId, List<Range> partitions, EpochCheck epochs) {
  public TopicLog {
    partitions = List.copyOf(partitions);
  }

  /**
   * The offsets in a partition's log.
   *
   * @param beginning the first
   * @param end the one after the last
   * @param epoch the leader's epoch then. It tells whether the log is cut later before any of these
   *     offsets; null when it is not known
   */
  public record Range(long beginning, long end, @Nullable Integer epoch) {}

  /** Kafka's own comparison of a log with what was read of it; asked only where it matters. */
  @FunctionalInterface
  public interface EpochCheck {
    /**
     * Where the log was cut before an offset; empty when it was not.
     *
     * @param leaderEpoch the leader's epoch of the record before the offset
     * @throws RuntimeException when Kafka does not answer
     */
    Optional<Cut> cut(int partition, long offset, int leaderEpoch);

    /**
     * The partitions' logs as they are now, by their numbers.
     *
     * @return empty where only what was read at first is known
     * @throws RuntimeException when Kafka does not answer, or has another topic of this name
     */
    default List<Range> ranges() {
      return List.of();
    }
  }

  /**
   * A log that lost its end.
   *
   * @param at the first offset that it lost; empty when Kafka does not know
   */
  public record Cut(OptionalLong at) {}
}
