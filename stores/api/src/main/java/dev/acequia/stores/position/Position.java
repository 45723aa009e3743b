package dev.acequia.stores.position;

import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a partition is read on.
 *
 * @param topicId the topic that the offset belongs to
 * @param next the first offset that is not stored
 * @param epoch the leader's epoch of the record before it; null when it is not known
 * @param fence of the last claim
 * @param replay the last one; null when there was none
 */
public record Position(
    UUID topicId,
    long next,
    @Nullable Integer epoch,
    long fence,
    @Nullable PartitionReplay replay) {
  /** Whether the replay is under way. */
  public boolean isReplaying() {
    return replay != null && next < replay.until();
  }

  /** Up to where records have been read once; a replay that is under way is behind. */
  public long present() {
    return replay != null && isReplaying() ? replay.resume() : next;
  }

  /** The leader's epoch of the record before {@link #present}. */
  public @Nullable Integer presentEpoch() {
    return replay != null && isReplaying() ? replay.resumeEpoch() : epoch;
  }

  /** Whether no one has changed it since the claim, or since its last write. */
  public boolean isAsClaimed(long otherFence, long otherNext) {
    return fence == otherFence && next == otherNext;
  }

  /** The position under the next claim. */
  public Position claimed() {
    return new Position(topicId, next, epoch, fence + 1, replay);
  }

  /** The position after a batch. */
  public Position advanced(PartitionAdvance advance) {
    return new Position(topicId, advance.to(), advance.leaderEpoch(), fence, replay);
  }

  /** The position at the beginning or end of a replay. */
  public Position rewound(Rewind rewind) {
    return new Position(topicId, rewind.nextOffset(), rewind.leaderEpoch(), fence, rewind.replay());
  }
}
