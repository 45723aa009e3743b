package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;

import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One assigned partition: not claimed yet, or read under a fence up to a position. */
final class PartitionState {
  private static final LogPosition START = new LogPosition(0, null);

  private final TopicPartition name;
  private final int lane;
  private boolean claimed;
  private long fence;
  private LogPosition position = START;

  /** Where the store is; behind the position while batches are on their way. */
  private LogPosition stored = START;

  private @Nullable Lineage lineage;

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

  LogPosition position() {
    return position;
  }

  void moveTo(LogPosition newPosition) {
    position = newPosition;
  }

  /** Reads on from a position that was reached, which at a replay's end is where reading was. */
  LogPosition passTo(LogPosition reached) {
    position =
        replay != null && jumps() && reached.offset() >= replay.until()
            ? new LogPosition(replay.resume(), replay.resumeEpoch())
            : reached;
    return position;
  }

  /** The generations of its log; only of a partition that was claimed. */
  Lineage lineage() {
    return requireNonNull(lineage);
  }

  /** Whether what is read now has been read before. */
  boolean isReplaying() {
    return replay != null && position.offset() < replay.until();
  }

  /**
   * Whether reading jumps to where it was when the replay ends: over the records between, or only
   * to have Kafka compare that place with the epoch that was known of it.
   */
  boolean jumps() {
    return isReplaying()
        && replay != null
        && (replay.until() < replay.resume() || replay.resumeEpoch() != null);
  }

  /**
   * The first record of another log than the one that was read before the replay: the log was cut
   * there, and has grown again. Kafka compares the place where reading goes on after the replay
   * only when it gets there, and until then such records would be taken for those that are gone.
   */
  OptionalLong cutIn(List<ConsumerRecord<ByteBuffer, ByteBuffer>> records) {
    var known = replay == null || !isReplaying() ? null : replay.resumeEpoch();
    return known == null
        ? OptionalLong.empty()
        : records.stream()
            .filter(record -> record.offset() < replayedUntil())
            .filter(record -> record.leaderEpoch().orElse(known) > known)
            .mapToLong(ConsumerRecord::offset)
            .findFirst();
  }

  /** The offset before which records have been read before; 0 when none have. */
  long replayedUntil() {
    return isReplaying() && replay != null ? replay.until() : 0;
  }

  /** The replay it was last rewound for; null when there was none. */
  @Nullable PartitionReplay replay() {
    return replay;
  }

  LogPosition stored() {
    return stored;
  }

  /** Where the store was before the replay that is under way, if any. */
  long storedOnce() {
    return replay != null && stored.offset() < replay.until() ? replay.resume() : stored.offset();
  }

  void storedUpTo(LogPosition reached) {
    stored = reached;
  }

  void claimed(PartitionClaim claim) {
    claimed = true;
    fence = claim.fence();
    position = new LogPosition(claim.nextOffset(), claim.leaderEpoch());
    stored = position;
    lineage = claim.lineage();
    replay = claim.replay();
  }

  void unclaim() {
    claimed = false;
  }
}
