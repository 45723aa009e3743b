package dev.acequia.consumer.consume;

import dev.acequia.stores.PartitionClaim;
import org.apache.kafka.common.TopicPartition;

/** One assigned partition: not claimed yet, or read under a fence up to a position. */
final class PartitionState {
  private final TopicPartition name;
  private final int lane;
  private boolean claimed;
  private long fence;
  private long position;

  /** Where the store is; behind the position while batches are on their way. */
  private long stored;

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

  long stored() {
    return stored;
  }

  void storedUpTo(long offset) {
    stored = offset;
  }

  void claimed(PartitionClaim claim) {
    claimed = true;
    fence = claim.fence();
    position = claim.nextOffset();
    stored = claim.nextOffset();
  }

  void unclaim() {
    claimed = false;
  }
}
