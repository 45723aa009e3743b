package dev.acequia.consumer.consume;

import dev.acequia.contract.ReplayMark;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kafka is told of how far the store is, and for which replay it went back. It is for lag,
 * autoscaling and the progress of replays only, so that a failure does no harm: the next one makes
 * up for it.
 */
final class GroupOffsets {
  private static final Logger LOG = LoggerFactory.getLogger(GroupOffsets.class);

  private final Consumer<ByteBuffer, ByteBuffer> consumer;
  private boolean failed;

  GroupOffsets(Consumer<ByteBuffer, ByteBuffer> consumer) {
    this.consumer = consumer;
  }

  /** Commits, and does not wait. */
  void commit(List<PartitionState> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    consumer.commitAsync(
        offsets(partitions),
        (offsets, trouble) -> {
          if (trouble != null) {
            failed = true;
            LOG.debug("offsets not committed to Kafka", trouble);
          }
        });
  }

  /** Commits once more where the last time failed: there may be no next batch. */
  void retry(List<PartitionState> partitions) {
    if (failed) {
      failed = false;
      commit(partitions);
    }
  }

  /** Commits, and waits a little. */
  void commitLast(List<PartitionState> partitions) {
    try {
      if (!partitions.isEmpty()) {
        consumer.commitSync(offsets(partitions), Duration.ofSeconds(2));
      }
    } catch (KafkaException e) {
      LOG.debug("offsets not committed to Kafka", e);
    }
  }

  /** What is in the topic and not yet in the store, as far as the client knows. */
  List<ConsumerMetrics.Lag> lag(List<PartitionState> partitions) {
    var lags = new ArrayList<ConsumerMetrics.Lag>();
    for (var partition : partitions) {
      var unread = consumer.currentLag(partition.name());
      if (unread.isPresent()) {
        lags.add(
            new ConsumerMetrics.Lag(
                partition.number(),
                Math.max(
                    0,
                    unread.getAsLong() + partition.position().offset() - partition.storedOnce())));
      }
    }
    return lags;
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(List<PartitionState> partitions) {
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (var partition : partitions) {
      offsets.put(partition.name(), partition.stored().with(metadata(partition)));
    }
    return offsets;
  }

  private static String metadata(PartitionState partition) {
    var replay = partition.replay();
    return replay == null
        ? ""
        : new ReplayMark(replay.id().toString(), replay.from(), replay.until(), replay.resume())
            .toJson();
  }
}
