package dev.acequia.stores;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer learns when it takes over a partition.
 *
 * @param nextOffset where to read on
 * @param topicId the topic that the offset belongs to
 * @param fence what this claim's writes must show; a later claim makes it void
 * @param schemaHash the schema that the table has now
 * @param replay the last replay; null when there was none
 */
public record PartitionClaim(
    int partition,
    long nextOffset,
    UUID topicId,
    long fence,
    String schemaHash,
    @Nullable PartitionReplay replay) {

  /** Whether the replay is under way. */
  public boolean isReplaying() {
    return replay != null && nextOffset < replay.until();
  }
}
