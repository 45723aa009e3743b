package dev.acequia.consumer.consume;

import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One assigned partition: not claimed yet, or read under a fence up to a position. */
final class PartitionState {
  private final TopicPartition name;
  private final int lane;
  private boolean claimed;
  private long fence;
  private long position;

  /** Where the store is; behind the position while batches are on their way. */
  private long stored;

  private @Nullable PartitionReplay replay;

  PartitionState(TopicPartition name, int lane) {
    this.name = name;
    this.lane = lane;
  }

  /** The number of the lane that carries it into the store. */
  int lane() {
    return lane;
  }

  TopicPartition name() {
    return name;
  }

  int number() {
    return name.partition();
  }

  boolean isClaimed() {
    return claimed;
  }

  long fence() {
    return fence;
  }

  long position() {
    return position;
  }

  void moveTo(long newPosition) {
    position = newPosition;
  }

  /** Reads on from a position that was reached, which at a replay's end is where reading was. */
  long passTo(long reached) {
    position =
        replay != null && endsAhead() && reached >= replay.until() ? replay.resume() : reached;
    return position;
  }

  /** Whether what is read now has been read before. */
  boolean isReplaying() {
    return replay != null && position < replay.until();
  }

  /** Whether the replay ends before where reading was, and the records between are left out. */
  boolean endsAhead() {
    return isReplaying() && replay != null && replay.until() < replay.resume();
  }

  /** The offset before which records have been read before; 0 when none have. */
  long replayedUntil() {
    return isReplaying() && replay != null ? replay.until() : 0;
  }

  /** The replay it was last rewound for; null when there was none. */
  @Nullable PartitionReplay replay() {
    return replay;
  }

  long stored() {
    return stored;
  }

  /** Where the store was before the replay that is under way, if any. */
  long storedOnce() {
    return replay != null && stored < replay.until() ? replay.resume() : stored;
  }

  void storedUpTo(long offset) {
    stored = offset;
  }

  void claimed(PartitionClaim claim) {
    claimed = true;
    fence = claim.fence();
    position = claim.nextOffset();
    stored = claim.nextOffset();
    replay = claim.replay();
  }

  void unclaim() {
    claimed = false;
  }
}
