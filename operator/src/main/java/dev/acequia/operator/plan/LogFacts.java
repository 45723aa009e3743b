package dev.acequia.operator.plan;

import dev.acequia.contract.ReplayMark;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's topic as Kafka has it, and how far its consumers are.
 *
 * @param topicId in Kafka's 22-character form
 * @param partitions by number
 */
public record LogFacts(String topicId, SortedMap<Integer, Partition> partitions) {
  public LogFacts {
    partitions = new TreeMap<>(partitions);
  }

  /**
   * One partition.
   *
   * @param beginning the first offset in the log
   * @param end the offset after the last
   * @param committed what the consumers committed last; null when they never did
   * @param mark of the replay that the consumers rewound to last; null when there was none
   * @param atFrom the first offset at the time from which to replay; null when none was asked for
   * @param atTo the first offset at the time to which to replay; null when none was asked for
   */
  public record Partition(
      long beginning,
      long end,
      @Nullable Long committed,
      @Nullable ReplayMark mark,
      @Nullable Long atFrom,
      @Nullable Long atTo) {

    /** Up to where records have been stored; null while nobody has committed anything. */
    @Nullable Long stored() {
      return committed != null && mark != null && committed < mark.until()
          ? Long.valueOf(mark.resume())
          : committed;
    }
  }
}
