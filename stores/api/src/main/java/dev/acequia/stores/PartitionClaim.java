package dev.acequia.stores;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer learns when it takes over a partition.
 *
 * @param nextOffset where to read on
 * @param leaderEpoch the leader's epoch of the record before that offset, by which Kafka tells
 *     whether the log was cut since; null when it is not known
 * @param topicId the topic that the offset belongs to
 * @param lineage the generations of the partition's log
 * @param fence what this claim's writes must show; a later claim makes it void
 * @param schemaHash the schema that the table has now
 * @param replay the last replay; null when there was none
 */
public record PartitionClaim(
    int partition,
    long nextOffset,
    @Nullable Integer leaderEpoch,
    UUID topicId,
    Lineage lineage,
    long fence,
    String schemaHash,
    @Nullable PartitionReplay replay) {

  /** Whether the replay is under way. */
  public boolean isReplaying() {
    return replay != null && nextOffset < replay.until();
  }
}
