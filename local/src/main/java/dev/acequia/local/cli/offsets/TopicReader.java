package dev.acequia.local.cli.offsets;

import static java.util.Objects.requireNonNull;

import dev.acequia.local.CommandException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads a topic's state by Kafka's Admin API. */
public final class TopicReader implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 30;

  private final Admin admin;
  private final String servers;

  /**
   * Connects.
   *
   * @param settings a Kafka client's, with bootstrap.servers
   */
  public TopicReader(Map<String, Object> settings) {
    var all = new HashMap<>(settings);
    all.put("default.api.timeout.ms", TIMEOUT_SECONDS * 1000 - 1000);
    all.put("request.timeout.ms", 5000);
    this.servers = String.valueOf(settings.get("bootstrap.servers"));
    this.admin = Admin.create(all);
  }

  /**
   * Reads the topic's offsets and those that its consumer group has committed.
   *
   * @throws CommandException when there is no such topic, or Kafka does not answer
   */
  public TopicState read(String topic, String group) throws InterruptedException {
    var description =
        requireNonNull(
            await(admin.describeTopics(List.of(topic)).allTopicNames(), topic).get(topic));
    var partitions =
        description.partitions().stream()
            .map(partition -> new TopicPartition(topic, partition.partition()))
            .toList();
    var starts = new HashMap<TopicPartition, OffsetSpec>();
    var ends = new HashMap<TopicPartition, OffsetSpec>();
    for (var partition : partitions) {
      starts.put(partition, OffsetSpec.earliest());
      ends.put(partition, OffsetSpec.latest());
    }
    var first = await(admin.listOffsets(starts).all(), topic);
    var last = await(admin.listOffsets(ends).all(), topic);
    var committed = committed(group);
    var states = new ArrayList<PartitionState>();
    for (var partition : partitions) {
      states.add(
          new PartitionState(
              partition.partition(),
              requireNonNull(first.get(partition)).offset(),
              requireNonNull(last.get(partition)).offset(),
              committed.get(partition)));
    }
    return new TopicState(topic, description.topicId().toString(), states);
  }

  /** The largest batch that the topic takes; empty when Kafka does not tell this client. */
  public Optional<Long> maxMessageBytes(String topic) throws InterruptedException {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      var settings =
          admin.describeConfigs(List.of(resource)).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return Optional.ofNullable(settings.get(resource))
          .map(config -> config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG))
          .map(entry -> Long.valueOf(entry.value()));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty(); // a client may send without being allowed to describe
    }
  }

  private Map<TopicPartition, Long> committed(String group) throws InterruptedException {
    var offsets = new HashMap<TopicPartition, Long>();
    try {
      var found =
          admin
              .listConsumerGroupOffsets(group)
              .partitionsToOffsetAndMetadata()
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      found.forEach(
          (partition, offset) -> {
            if (offset != null) {
              offsets.put(partition, offset.offset());
            }
          });
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw failed(e);
      }
    } catch (TimeoutException e) {
      throw failed(e);
    }
    return offsets;
  }

  private <T> T await(KafkaFuture<T> future, String topic) throws InterruptedException {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        throw new CommandException(
            "Kafka at " + servers + " has no topic " + topic + "; the operator creates it", e);
      }
      throw failed(e);
    } catch (TimeoutException e) {
      throw failed(e);
    }
  }

  private CommandException failed(Exception e) {
    var cause = e.getCause() == null ? e : e.getCause();
    return new CommandException(
        "Kafka at " + servers + " does not answer: " + cause.getMessage(), e);
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
