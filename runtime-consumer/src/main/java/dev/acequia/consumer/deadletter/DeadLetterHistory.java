package dev.acequia.consumer.deadletter;

import dev.acequia.consumer.deadletter.DeadLetterBudget.Begin;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.contract.record.SourceCoordinates;
import dev.acequia.stores.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dead letters of the process before: their topic remembers what a restart forgets. */
public final class DeadLetterHistory {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterHistory.class);

  /** Letters that are looked at: more than a window holds, since some are there twice. */
  private static final long LAST_LETTERS = 4L * DeadLetterBudget.WINDOW;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final PipelineDefinition definition;
  private final KafkaConnection kafka;
  private final String clientId;

  public DeadLetterHistory(PipelineDefinition definition, KafkaConnection kafka, String clientId) {
    this.definition = definition;
    this.kafka = kafka;
    this.clientId = clientId;
  }

  /**
   * How many of the last records before the given offsets were put aside and would be again: with
   * this very schema, as far as is known.
   *
   * @param begins where this process began to read, by partition
   * @param window how many records before each of them count
   */
  long countBefore(Map<Integer, Begin> begins, int window) {
    try (var consumer =
        new KafkaConsumer<>(
            kafka.with(
                Map.of(
                    ConsumerConfig.CLIENT_ID_CONFIG,
                    clientId + "-dead-letters",
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                    false,
                    ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                    false,
                    ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    (int) PATIENCE.toMillis())),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      return count(consumer, begins, window);
    } catch (KafkaException e) {
      LOG.warn("the dead letters of before cannot be read, so they do not count: {}", e.toString());
      return 0;
    }
  }

  private long count(Consumer<byte[], byte[]> consumer, Map<Integer, Begin> begins, int window) {
    var partitions =
        consumer.partitionsFor(definition.topic().deadLetterName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    var beginnings = consumer.beginningOffsets(partitions);
    var ends = consumer.endOffsets(partitions);
    for (var partition : partitions) {
      var end = ends.getOrDefault(partition, 0L);
      consumer.seek(
          partition, Math.max(beginnings.getOrDefault(partition, 0L), end - LAST_LETTERS));
    }
    Set<Origin> found = new HashSet<>();
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    while (isBehind(consumer, partitions, ends) && System.nanoTime() - deadline < 0) {
      for (var letter : consumer.poll(Duration.ofMillis(100))) {
        if (!wouldFailAgain(letter)) {
          continue;
        }
        SourceCoordinates.read(header -> last(letter, header))
            .filter(source -> source.topicId().equals(definition.topic().id()))
            .flatMap(
                source ->
                    Optional.ofNullable(begins.get(source.partition()))
                        .flatMap(begin -> originBefore(begin, window, source)))
            .ifPresent(found::add);
      }
    }
    return found.size();
  }

  /** Empty where it is not in the window, or was lost when the log was cut. */
  private static Optional<Origin> originBefore(Begin begin, int window, SourceCoordinates source) {
    var lineage = begin.lineage();
    var said = source.generation();
    var origin =
        new Origin(said == null ? lineage.first() : said, source.partition(), source.offset());
    return origin.offset() < begin.offset()
            && origin.offset() >= begin.offset() - window
            && origin.generation() == lineage.at(origin.offset())
        ? Optional.of(origin)
        : Optional.empty();
  }

  private static boolean isBehind(
      Consumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> ends) {
    return partitions.stream()
        .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L));
  }

  private boolean wouldFailAgain(ConsumerRecord<byte[], byte[]> letter) {
    var schema = definition.schema();
    return has(letter, RecordHeader.SCHEMA_HASH, schema.hash())
        && !(schema.unknownFields() == UnknownFields.DROP
            && has(letter, RecordHeader.ERROR_CLASS, ErrorClass.UnknownField.name()));
  }

  private static boolean has(
      ConsumerRecord<byte[], byte[]> letter, RecordHeader header, String value) {
    var found = last(letter, header);
    return found != null && new String(found, StandardCharsets.UTF_8).equals(value);
  }

  private static byte @Nullable [] last(
      ConsumerRecord<byte[], byte[]> letter, RecordHeader header) {
    var last = letter.headers().lastHeader(header.key());
    return last == null ? null : last.value();
  }
}
