package dev.acequia.benchmarks.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads a pipeline's topic without the product's code, and without what was aborted. */
final class TopicReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HistoryPipeline pipeline;

  /**
   * A record of the topic.
   *
   * @param key of upsert mode
   * @param id null for a deletion
   * @param sentMillis by the producer's clock, which is right
   * @param addedFields how many of the fields it has that migrations add
   */
  record Read(
      int partition,
      long offset,
      @Nullable Integer key,
      @Nullable Long id,
      long sentMillis,
      int addedFields) {}

  TopicReader(HistoryPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Reads one partition to its end as of now.
   *
   * @param from an offset, or -1 for the beginning
   */
  void read(int partition, long from, Consumer<Read> hears) {
    var settings =
        Map.<String, Object>of(
            "bootstrap.servers",
            pipeline.servers().bootstrapServers(),
            "isolation.level",
            "read_committed",
            "max.poll.records",
            10_000);
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var name = new TopicPartition(pipeline.topic().name(), partition);
      consumer.assign(List.of(name));
      if (from < 0) {
        consumer.seekToBeginning(List.of(name));
      } else {
        consumer.seek(name, from);
      }
      var end = consumer.endOffsets(List.of(name)).getOrDefault(name, 0L);
      while (consumer.position(name) < end) {
        consumer.poll(Duration.ofMillis(500)).records(name).forEach(one -> hears.accept(read(one)));
      }
    }
  }

  private static Read read(ConsumerRecord<byte[], byte[]> record) {
    var value = record.value() == null ? null : node(record.value());
    return new Read(
        record.partition(),
        record.offset(),
        record.key() == null ? null : node(record.key()).path(0).asInt(),
        value == null ? null : value.path("id").asLong(),
        record.timestamp(),
        value == null ? 0 : addedFields(value));
  }

  private static int addedFields(JsonNode value) {
    var fields = 0;
    while (value.has(HistoryPipeline.ADDED + (fields + 1))) {
      fields++;
    }
    return fields;
  }

  private static JsonNode node(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
