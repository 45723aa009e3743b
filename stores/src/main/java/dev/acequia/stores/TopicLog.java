package dev.acequia.stores;

import java.util.List;
import java.util.UUID;

/**
 * The topic as a migration finds it.
 *
 * @param partitions what is in the log of each partition, by its number
 */
public record TopicLog(UUID topicId, List<Range> partitions) {
  public TopicLog {
    partitions = List.copyOf(partitions);
  }

  /**
   * The offsets in a partition's log.
   *
   * @param beginning the first
   * @param end the one after the last
   */
  public record Range(long beginning, long end) {
    boolean contains(long nextOffset) {
      return nextOffset >= beginning && nextOffset <= end;
    }
  }
}
