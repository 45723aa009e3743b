package dev.acequia.consumer.migrate;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.stores.TopicLog.Cut;
import dev.acequia.stores.TopicLog.EpochCheck;
import dev.acequia.stores.TopicLog.Range;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Asks Kafka whether a log is still the one that was read. A consumer without a group seeks to the
 * offset, and so asks the leader where the epoch ended.
 */
final class KafkaEpochCheck implements EpochCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String topic;
  private final KafkaConnection kafka;
  private final TopicLogReader reader;

  KafkaEpochCheck(String topic, KafkaConnection kafka, TopicLogReader reader) {
    this.topic = topic;
    this.reader = reader;
    this.kafka = kafka;
  }

  @Override
  public Optional<Cut> cut(int partition, long offset, int leaderEpoch) {
    try (var consumer = consumer()) {
      return cut(consumer, new TopicPartition(topic, partition), offset, leaderEpoch);
    }
  }

  @Override
  public List<Range> ranges() {
    try {
      return reader.read().partitions();
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("cannot read the bounds of the logs of " + topic, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    }
  }

  private Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        kafka.with(
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG,
                "acequia-migration-epochs",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) PATIENCE.toMillis())),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static Optional<Cut> cut(
      Consumer<byte[], byte[]> consumer, TopicPartition name, long offset, int leaderEpoch) {
    consumer.assign(List.of(name));
    // Without the leader's own epoch, which comes with this, the client compares nothing.
    consumer.endOffsets(List.of(name));
    consumer.seek(name, new OffsetAndMetadata(offset, Optional.of(leaderEpoch), ""));
    try {
      consumer.position(name);
      return Optional.empty();
    } catch (LogTruncationException e) {
      var diverged = e.divergentOffsets().get(name);
      return Optional.of(
          new Cut(diverged == null ? OptionalLong.empty() : OptionalLong.of(diverged.offset())));
    }
  }
}
