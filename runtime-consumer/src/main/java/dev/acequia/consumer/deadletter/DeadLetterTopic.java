package dev.acequia.consumer.deadletter;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters: key, value and headers as they came, and headers of ours that say where the
 * record stood and what was wrong. A record that was sent back keeps the source coordinates it had.
 * The producer is made for the first letter.
 */
public final class DeadLetterTopic implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final PipelineDefinition definition;
  private final KafkaConnection kafka;
  private final String clientId;
  private final Clock clock;
  private @Nullable Producer<byte[], byte[]> producer;

  public DeadLetterTopic(
      PipelineDefinition definition, KafkaConnection kafka, String clientId, Clock clock) {
    this.definition = definition;
    this.kafka = kafka;
    this.clientId = clientId;
    this.clock = clock;
  }

  /** Sends one; it is safe when the result is there. */
  public Future<?> send(DeadLetter letter) {
    var record = letter.record();
    return producer()
        .send(
            new ProducerRecord<>(
                definition.topic().deadLetterName(),
                null,
                null,
                bytes(record.key()),
                bytes(record.value()),
                headers(letter)));
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(CLOSE_TIMEOUT);
    }
  }

  private RecordHeaders headers(DeadLetter letter) {
    var record = letter.record();
    var headers = new RecordHeaders(record.headers().toArray());
    if (letter.redrivenFrom() == null) {
      set(headers, RecordHeader.SOURCE_TOPIC, record.topic());
      set(headers, RecordHeader.SOURCE_TOPIC_ID, definition.topic().id());
      set(headers, RecordHeader.SOURCE_GENERATION, Integer.toString(letter.generation()));
      set(headers, RecordHeader.SOURCE_PARTITION, Integer.toString(record.partition()));
      set(headers, RecordHeader.SOURCE_OFFSET, Long.toString(record.offset()));
      set(headers, RecordHeader.SOURCE_TIMESTAMP, Long.toString(record.timestamp()));
    }
    set(headers, RecordHeader.PIPELINE, definition.namespace() + "/" + definition.name());
    set(headers, RecordHeader.SCHEMA_HASH, definition.schema().hash());
    set(headers, RecordHeader.ERROR_CLASS, letter.errorClass().name());
    headers.remove(RecordHeader.ERROR_FIELD.key());
    if (letter.field() != null) {
      set(headers, RecordHeader.ERROR_FIELD, letter.field());
    }
    set(headers, RecordHeader.ERROR_MESSAGE, letter.reason());
    set(headers, RecordHeader.ERROR_TIME, clock.instant().toString());
    return headers;
  }

  private static void set(RecordHeaders headers, RecordHeader header, String value) {
    headers.remove(header.key());
    headers.add(header.key(), value.getBytes(StandardCharsets.UTF_8));
  }

  private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    var bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private Producer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(
              kafka.with(
                  Map.of(
                      ProducerConfig.CLIENT_ID_CONFIG,
                      clientId + "-dead-letters",
                      ProducerConfig.ACKS_CONFIG,
                      "all",
                      ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                      true,
                      ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                      RecordHeader.MAX_DEAD_LETTER_BYTES,
                      ProducerConfig.BUFFER_MEMORY_CONFIG,
                      2L * RecordHeader.MAX_DEAD_LETTER_BYTES,
                      ProducerConfig.MAX_BLOCK_MS_CONFIG,
                      10_000,
                      ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                      10_000,
                      ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                      20_000)),
              new ByteArraySerializer(),
              new ByteArraySerializer());
    }
    return producer;
  }
}
