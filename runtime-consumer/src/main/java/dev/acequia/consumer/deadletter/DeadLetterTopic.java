package dev.acequia.consumer.deadletter;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.record.RecordHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters: key, value and headers as they came, and headers of ours that say where the
 * record stood and what was wrong. A record that was sent back keeps the source coordinates it had.
 * Of one that is larger than the topic takes, only our headers are sent. The producer is made for
 * the first letter.
 */
public final class DeadLetterTopic implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  /** Of a letter whose record was sent back before; its source headers stay. */
  private static final Set<String> OURS_OF_A_REDRIVEN_ONE =
      keys(
          RecordHeader.PIPELINE,
          RecordHeader.SCHEMA_HASH,
          RecordHeader.ERROR_CLASS,
          RecordHeader.ERROR_FIELD,
          RecordHeader.ERROR_MESSAGE,
          RecordHeader.ERROR_TIME,
          RecordHeader.LEFT_OUT);

  private static final Set<String> OURS =
      Stream.concat(
              OURS_OF_A_REDRIVEN_ONE.stream(),
              keys(
                  RecordHeader.SOURCE_TOPIC,
                  RecordHeader.SOURCE_TOPIC_ID,
                  RecordHeader.SOURCE_GENERATION,
                  RecordHeader.SOURCE_PARTITION,
                  RecordHeader.SOURCE_OFFSET,
                  RecordHeader.SOURCE_TIMESTAMP)
                  .stream())
          .collect(Collectors.toUnmodifiableSet());

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

  /** Sends one; it is safe when it is acknowledged. */
  public SentLetter send(DeadLetter letter) {
    return new SentLetter(
        wasLeftOut(letter.record()) ? sendWithoutBytes(letter) : sendWhole(letter),
        () -> sendWithoutBytes(letter));
  }

  /** Whether reading has left out a key or value that no dead letter holds. */
  private static boolean wasLeftOut(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    return record.serializedKeySize() > length(record.key())
        || record.serializedValueSize() > length(record.value());
  }

  private Future<?> sendWhole(DeadLetter letter) {
    var record = letter.record();
    var dropped = letter.redrivenFrom() == null ? OURS : OURS_OF_A_REDRIVEN_ONE;
    // In one pass: there may be a hundred thousand.
    var headers =
        new RecordHeaders(
            Arrays.stream(record.headers().toArray())
                .filter(header -> !dropped.contains(header.key()))
                .toArray(Header[]::new));
    describe(letter, headers);
    return send(bytes(record.key()), bytes(record.value()), headers);
  }

  /** Without the key too: a key alone would delete, if it were sent back. */
  private Future<?> sendWithoutBytes(DeadLetter letter) {
    var record = letter.record();
    var headers = new RecordHeaders();
    var redrivenFrom = letter.redrivenFrom();
    if (redrivenFrom != null) {
      set(headers, RecordHeader.SOURCE_TOPIC, record.topic());
      set(headers, RecordHeader.SOURCE_TOPIC_ID, definition.topic().id());
      set(headers, RecordHeader.SOURCE_GENERATION, Integer.toString(redrivenFrom.generation()));
      set(headers, RecordHeader.SOURCE_PARTITION, Integer.toString(redrivenFrom.partition()));
      set(headers, RecordHeader.SOURCE_OFFSET, Long.toString(redrivenFrom.offset()));
      set(headers, RecordHeader.SOURCE_TIMESTAMP, Long.toString(record.timestamp()));
    }
    describe(letter, headers);
    set(
        headers,
        RecordHeader.LEFT_OUT,
        "a key of %d bytes, a value of %d bytes and %d headers: more than this topic takes"
            .formatted(
                Math.max(0, record.serializedKeySize()),
                Math.max(0, record.serializedValueSize()),
                record.headers().toArray().length));
    return send(null, null, headers);
  }

  private Future<?> send(byte @Nullable [] key, byte @Nullable [] value, RecordHeaders headers) {
    return producer()
        .send(
            new ProducerRecord<>(
                definition.topic().deadLetterName(), null, null, key, value, headers));
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(CLOSE_TIMEOUT);
    }
  }

  private void describe(DeadLetter letter, RecordHeaders headers) {
    var record = letter.record();
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
    if (letter.field() != null) {
      set(headers, RecordHeader.ERROR_FIELD, letter.field());
    }
    set(headers, RecordHeader.ERROR_MESSAGE, letter.reason());
    set(headers, RecordHeader.ERROR_TIME, clock.instant().toString());
  }

  private static Set<String> keys(RecordHeader... headers) {
    return Arrays.stream(headers).map(RecordHeader::key).collect(Collectors.toUnmodifiableSet());
  }

  private static void set(RecordHeaders headers, RecordHeader header, String value) {
    headers.add(header.key(), value.getBytes(StandardCharsets.UTF_8));
  }

  private static int length(@Nullable ByteBuffer buffer) {
    return buffer == null ? 0 : buffer.remaining();
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
