package dev.acequia.local.cli.letters;

import static java.util.Objects.requireNonNull;

import dev.acequia.contract.record.RecordHeader;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.offsets.TopicState;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends dead letters back to the topic they came from: key and value byte for byte, their own
 * headers, and the source coordinates, by which the consumer stores each once however often it is
 * sent. Each goes to the partition it stood in, since only there its coordinates are believed.
 */
public final class Redrive implements AutoCloseable {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  /** Of a dead letter alone; a record that fails again gets new ones. */
  private static final Set<String> DROPPED =
      Stream.of(
              RecordHeader.PIPELINE,
              RecordHeader.SCHEMA_HASH,
              RecordHeader.ERROR_CLASS,
              RecordHeader.ERROR_FIELD,
              RecordHeader.ERROR_MESSAGE,
              RecordHeader.ERROR_TIME)
          .map(RecordHeader::key)
          .collect(Collectors.toUnmodifiableSet());

  private final TopicState topic;
  private final Producer<byte[], byte[]> producer;
  private final AtomicLong acknowledged = new AtomicLong();
  private final Queue<String> tooLarge = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  Redrive(TopicState topic, Producer<byte[], byte[]> producer) {
    this.topic = topic;
    this.producer = producer;
  }

  /**
   * Connects.
   *
   * @param settings a Kafka client's, with bootstrap.servers
   * @param topic where the records go
   */
  public static Redrive open(Map<String, Object> settings, TopicState topic) {
    var all = new HashMap<>(settings);
    all.put(ProducerConfig.CLIENT_ID_CONFIG, "acequia-redrive");
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    // A record that fitted only compressed would be too large for its topic now.
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    // Compares uncompressed sizes. Only the topic's own limit is to count.
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 * RecordHeader.MAX_DEAD_LETTER_BYTES);
    all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 8_000);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
    return new Redrive(
        topic, new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer()));
  }

  /** Why a letter cannot be sent back; null when it can. */
  public static @Nullable String obstacle(Selection.Entry letter, TopicState topic) {
    var source = letter.source();
    if (source == null) {
      return "without source coordinates: Acequia did not put them there";
    }
    if (letter.isLeftOut()) {
      return "of records that were larger than a dead letter may be: only their places are known";
    }
    if (!source.topic().equals(topic.name())) {
      return "of topic " + source.topic();
    }
    if (!source.topicId().equals(topic.id())) {
      return "of the topic before it was deleted and created again: their offsets mean nothing now";
    }
    var partition =
        topic.partitions().stream()
            .filter(state -> state.partition() == source.partition())
            .findFirst();
    // Of a log that was cut, letters stay whose records are gone: their generation tells.
    return partition.isEmpty()
            || source.generation() == null && partition.get().end() <= source.offset()
        ? "of a place that the topic does not have"
        : null;
  }

  /**
   * Begins to send one.
   *
   * @throws CommandException when one before it could not be sent
   */
  public void send(Letter letter) {
    checkFailure();
    var record = letter.record();
    var source = letter.source().orElseThrow();
    var headers =
        Arrays.stream(record.headers().toArray())
            .filter(header -> !DROPPED.contains(header.key()))
            .toList();
    try {
      var place = "%s-%d@%d".formatted(source.topic(), source.partition(), source.offset());
      var toSend = toSend(source.partition(), letter, headers);
      producer.send(toSend, (metadata, trouble) -> settled(place, size(toSend), trouble));
    } catch (KafkaException e) {
      failure.compareAndSet(null, e);
      checkFailure();
    }
  }

  private ProducerRecord<byte[], byte[]> toSend(
      int partition, Letter letter, List<Header> headers) {
    // With today's time: by its own it might be past the topic's retention.
    return new ProducerRecord<>(
        topic.name(), partition, letter.record().key(), letter.record().value(), headers);
  }

  private static long size(ProducerRecord<byte[], byte[]> record) {
    return (record.key() == null ? 0L : record.key().length)
        + (record.value() == null ? 0L : record.value().length);
  }

  private void settled(String place, long bytes, @Nullable Exception trouble) {
    if (trouble == null) {
      acknowledged.incrementAndGet();
    } else if (trouble instanceof RecordTooLargeException) {
      tooLarge.add("%s, of %,d bytes".formatted(place, bytes));
    } else {
      failure.compareAndSet(null, trouble);
    }
  }

  /** Waits until all that was sent is acknowledged. */
  public void flush() {
    producer.flush();
    checkFailure();
  }

  public long acknowledged() {
    return acknowledged.get();
  }

  /** Those that the topic does not take for their size, by place. */
  public List<String> tooLarge() {
    return List.copyOf(tooLarge);
  }

  private void checkFailure() {
    var trouble = failure.get();
    if (trouble != null) {
      throw new CommandException(
          "Kafka does not take them: %s. %,d were sent; run the command again when it does, what is stored already is not stored twice"
              .formatted(requireNonNull(trouble).getMessage(), acknowledged.get()),
          trouble);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }
}
