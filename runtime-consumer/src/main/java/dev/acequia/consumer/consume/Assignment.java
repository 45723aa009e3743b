package dev.acequia.consumer.consume;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that the group has given to this process. A new one is paused until it is claimed
 * in the store; until then it stands at a placeholder, since the client asks for a position even of
 * what is paused. All methods are the polling thread's.
 */
final class Assignment implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(Assignment.class);

  private final Consumer<ByteBuffer, ByteBuffer> consumer;
  private final TreeMap<Integer, PartitionState> partitions = new TreeMap<>();
  private final int lanes;
  private final BitSet held = new BitSet();
  private boolean rebalanced;
  private boolean moved;

  /**
   * Without partitions yet.
   *
   * @param lanes among how many lanes the partitions are shared out
   */
  Assignment(Consumer<ByteBuffer, ByteBuffer> consumer, int lanes) {
    this.consumer = consumer;
    this.lanes = lanes;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
    rebalanced = true;
    if (assigned.isEmpty()) {
      return;
    }
    LOG.info("assigned {}", numbers(assigned));
    consumer.pause(assigned);
    for (var name : assigned) {
      consumer.seek(name, 0);
      partitions.put(name.partition(), new PartitionState(name, emptiest()));
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
    rebalanced = true;
    if (revoked.isEmpty()) {
      return;
    }
    LOG.info("revoked {}", numbers(revoked));
    revoked.forEach(name -> partitions.remove(name.partition()));
    moved = true;
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> lost) {
    LOG.warn("lost {}", numbers(lost));
    onPartitionsRevoked(lost);
  }

  /** Whether the group has answered. */
  boolean hasJoined() {
    return rebalanced || consumer.groupMetadata().generationId() > 0;
  }

  /** Whether partitions went away since this was last asked. */
  boolean takeMoved() {
    var was = moved;
    moved = false;
    return was;
  }

  Optional<PartitionState> of(int partition) {
    return Optional.ofNullable(partitions.get(partition));
  }

  Collection<PartitionState> all() {
    return partitions.values();
  }

  List<PartitionState> claimed() {
    return partitions.values().stream().filter(PartitionState::isClaimed).toList();
  }

  List<Integer> unclaimed(int lane) {
    return partitions.values().stream()
        .filter(partition -> partition.lane() == lane && !partition.isClaimed())
        .map(PartitionState::number)
        .toList();
  }

  /** Whether a lane has partitions. */
  boolean fills(int lane) {
    return partitions.values().stream().anyMatch(partition -> partition.lane() == lane);
  }

  /** Whether all of these read what they have read before. */
  boolean areReplaying(Collection<TopicPartition> names) {
    return names.stream()
        .allMatch(name -> of(name.partition()).filter(PartitionState::isReplaying).isPresent());
  }

  boolean isEmpty() {
    return partitions.isEmpty();
  }

  /** Reads a claimed partition on from where the store is. */
  void resume(PartitionState partition) {
    seek(partition);
    if (!held.get(partition.lane())) {
      consumer.resume(List.of(partition.name()));
    }
  }

  /** Goes back to where an abandoned batch began. */
  void rewind(PartitionState partition, LogPosition position) {
    partition.moveTo(position);
    seek(partition);
  }

  /** Reads on at the partition's position, once Kafka has found its epoch in the log. */
  void seek(PartitionState partition) {
    consumer.seek(partition.name(), partition.position().with(""));
  }

  /** Gives up a lane's claims; each of its partitions waits for a new one. */
  void unclaimAll(int lane) {
    for (var partition : partitions.values()) {
      if (partition.lane() == lane) {
        partition.unclaim();
        consumer.pause(List.of(partition.name()));
      }
    }
  }

  /** Stops or goes on fetching a lane's partitions, for want of room. */
  void hold(int lane, boolean hold) {
    if (hold != held.get(lane)) {
      held.set(lane, hold);
      var names =
          claimed().stream()
              .filter(partition -> partition.lane() == lane)
              .map(PartitionState::name)
              .toList();
      if (hold) {
        consumer.pause(names);
      } else {
        consumer.resume(names);
      }
    }
  }

  /** Whether the partition is paused because its lane is full. */
  boolean isHeld(PartitionState partition) {
    return held.get(partition.lane());
  }

  /** The lane with the fewest partitions. */
  private int emptiest() {
    var counts = new int[lanes];
    partitions.values().forEach(partition -> counts[partition.lane()]++);
    var found = 0;
    for (var lane = 1; lane < lanes; lane++) {
      found = counts[lane] < counts[found] ? lane : found;
    }
    return found;
  }

  private static List<Integer> numbers(Collection<TopicPartition> names) {
    return names.stream().map(TopicPartition::partition).sorted().toList();
  }
}
