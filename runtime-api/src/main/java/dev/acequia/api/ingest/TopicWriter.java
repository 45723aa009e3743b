package dev.acequia.api.ingest;

import dev.acequia.contract.KafkaConnection;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The way into the pipeline's topic. One producer serves all requests, so that their records share
 * batches; what is on its way is bounded.
 */
public final class TopicWriter implements AutoCloseable {
  /** A record is durable, or has failed, after so long. */
  private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(20);

  /** What a record on its way takes beside its bytes: the producer's own bookkeeping. */
  private static final int RECORD_OVERHEAD = 256;

  private static final int HEADER_OVERHEAD = 32;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final ByteBudget inFlight = new ByteBudget(HeapShare.ofThisProcess().inFlight());

  public TopicWriter(KafkaConnection kafka, String clientId, String topic) {
    this(
        new KafkaProducer<>(
            kafka.with(settings(clientId)), new ByteArraySerializer(), new ByteArraySerializer()),
        topic);
  }

  TopicWriter(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  private static Map<String, Object> settings(String clientId) {
    return Map.ofEntries(
        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, clientId),
        Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
        Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
        Map.entry(ProducerConfig.LINGER_MS_CONFIG, 1),
        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10),
        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, HeapShare.ofThisProcess().producer()),
        // The topic decides how large a record may be, not this client.
        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20),
        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000L),
        Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 8_000),
        Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_LIMIT.toMillis()),
        Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofHours(1).toMillis()),
        Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000L));
  }

  /**
   * Sends a record; the delivery learns what becomes of it. Waits while too much is on its way.
   *
   * @return false when nothing more can be sent for this request
   */
  boolean send(Delivery delivery, long index, byte[] key, byte[] value, Iterable<Header> headers)
      throws InterruptedException {
    if (delivery.failed()) {
      return false;
    }
    var size = RECORD_OVERHEAD + value.length + key.length + sizeOf(headers);
    delivery.sent();
    if (!inFlight.take(size, DELIVERY_LIMIT)) {
      delivery.settled(index, new KafkaException("too much is on its way to Kafka"));
      return false;
    }
    var result =
        producer.send(
            new ProducerRecord<>(topic, null, key.length == 0 ? null : key, value, headers),
            (metadata, trouble) -> {
              inFlight.giveBack(size);
              delivery.settled(index, trouble);
            });
    // A record that fails at once, for want of the topic's partitions, never left.
    if (result.state() != java.util.concurrent.Future.State.FAILED) {
      delivery.handedOver();
    }
    return true;
  }

  private static int sizeOf(Iterable<Header> headers) {
    var size = 0;
    for (var header : headers) {
      size += HEADER_OVERHEAD + header.key().length() + header.value().length;
    }
    return size;
  }

  /**
   * Asks for the topic's partitions, as a send would.
   *
   * @throws KafkaException when Kafka does not name them in time
   */
  public void probe() {
    if (producer.partitionsFor(topic).isEmpty()) {
      throw new KafkaException("the topic " + topic + " has no partitions");
    }
  }

  /** Sends what is on its way, and waits for its acknowledgement. */
  @Override
  public void close() {
    producer.close(DELIVERY_LIMIT);
  }
}
