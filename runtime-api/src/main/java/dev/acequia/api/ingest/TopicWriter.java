package dev.acequia.api.ingest;

import dev.acequia.api.bounds.ByteBudget;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.contract.ApiShutdown;
import dev.acequia.contract.KafkaConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The way into the pipeline's topic. One producer serves all requests, so that their records share
 * batches; what is on its way is bounded.
 */
public final class TopicWriter implements AutoCloseable {
  /** A record is durable, or has failed, after so long. */
  private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(20);

  /** The producer takes a record, or finds neither room nor partitions for it, after so long. */
  private static final Duration HANDOVER_LIMIT = Duration.ofSeconds(5);

  /** Longer than it takes a broker to learn of a new password. */
  private static final Duration REFUSED_FOR = Duration.ofSeconds(10);

  /** What a record on its way takes beside its bytes: the producer's own bookkeeping. */
  private static final int RECORD_OVERHEAD = 256;

  private static final int HEADER_OVERHEAD = 32;

  /** More records than these fill a batch by themselves; fewer leave with other requests'. */
  private static final int FEW = 16;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Duration handoverLimit;
  private final LongSupplier nanoTime;
  private final Departures departures = new Departures();
  private final ByteBudget inFlight = new ByteBudget(HeapShare.ofThisProcess().inFlight());
  private final BooleanSupplier isOutdated;
  private volatile @Nullable Refusal refused;

  /** What Kafka refuses, since when. */
  private record Refusal(long sinceNanos, String words) {}

  public TopicWriter(KafkaConnection kafka, String clientId, String topic) {
    this(
        new KafkaProducer<>(
            kafka.with(settings(clientId)), new ByteArraySerializer(), new ByteArraySerializer()),
        topic,
        HANDOVER_LIMIT,
        System::nanoTime,
        kafka::isOutdated);
  }

  TopicWriter(
      Producer<byte[], byte[]> producer,
      String topic,
      Duration handoverLimit,
      LongSupplier nanoTime) {
    this(producer, topic, handoverLimit, nanoTime, () -> false);
  }

  /**
   * @param isOutdated whether another start would log on otherwise
   */
  TopicWriter(
      Producer<byte[], byte[]> producer,
      String topic,
      Duration handoverLimit,
      LongSupplier nanoTime,
      BooleanSupplier isOutdated) {
    this.isOutdated = isOutdated;
    this.producer = producer;
    this.topic = topic;
    this.handoverLimit = handoverLimit;
    this.nanoTime = nanoTime;
  }

  private static Map<String, Object> settings(String clientId) {
    return Map.ofEntries(
        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, clientId),
        Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
        Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
        Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0), // see Departures
        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10),
        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, HeapShare.ofThisProcess().producer()),
        // The topic decides how large a record may be, not this client.
        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20),
        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, HANDOVER_LIMIT.toMillis()),
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
    var onItsWay = admit(delivery, index, size(key, value, headers));
    if (onItsWay == null) {
      return false;
    }
    var record = new ProducerRecord<>(topic, null, key.length == 0 ? null : key, value, headers);
    if (delivery.expected() > FEW) {
      handOver(record, onItsWay);
      return true;
    }
    try {
      // Here, so that no other request waits when Kafka does not name them.
      producer.partitionsFor(topic);
    } catch (KafkaException e) {
      onItsWay.end(e);
      return false;
    }
    var since = nanoTime.getAsLong();
    departures.add(
        () -> {
          if (nanoTime.getAsLong() - since > handoverLimit.toNanos()) {
            // The one before it has waited in vain; each of the others would as well.
            onItsWay.end(new TimeoutException("Kafka's client has not taken the record in time"));
          } else {
            handOver(record, onItsWay);
          }
        });
    return true;
  }

  /** What has been taken in and is not yet known to be durable. */
  long bytesOnTheirWay() {
    return inFlight.held();
  }

  private @Nullable OnItsWay admit(Delivery delivery, long index, int size)
      throws InterruptedException {
    if (delivery.failed()) {
      return null;
    }
    delivery.sent();
    if (!inFlight.take(size, DELIVERY_LIMIT)) {
      delivery.settled(index, new KafkaException("too much is on its way to Kafka"));
      return null;
    }
    return new OnItsWay(delivery, index, size);
  }

  private void handOver(ProducerRecord<byte @Nullable [], byte[]> record, OnItsWay onItsWay) {
    onItsWay.sender = Thread.currentThread();
    try {
      var _ = producer.send(record, onItsWay);
    } catch (RuntimeException e) { // whatever it is, it is this record's alone
      onItsWay.end(e);
    }
  }

  private static int size(byte[] key, byte[] value, Iterable<Header> headers) {
    var size = RECORD_OVERHEAD + value.length + key.length;
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

  /** Whether Kafka does not take the log-on, or the user lacks a right. */
  public static boolean isRefusal(@Nullable Throwable e) {
    return e instanceof AuthenticationException || e instanceof AuthorizationException;
  }

  /**
   * Why this client can send nothing more, in Kafka's words: it has been refused for a while, and
   * the log-on that a new one would take is another. Empty while it works, and while no other start
   * would be better off: queries need no Kafka.
   */
  public Optional<String> endOfLogOn() {
    var last = refused;
    return last != null
            && nanoTime.getAsLong() - last.sinceNanos() > REFUSED_FOR.toNanos()
            && isOutdated.getAsBoolean()
        ? Optional.of(last.words())
        : Optional.empty();
  }

  private void note(@Nullable Throwable trouble) {
    if (!isRefusal(trouble)) {
      if (trouble == null) {
        refused = null;
      }
    } else if (refused == null) {
      refused = new Refusal(nanoTime.getAsLong(), "Kafka: " + trouble);
    }
  }

  /**
   * Sends what is on its way, and waits for its acknowledgement: not for long, as those who wait
   * for an answer have got it by now.
   */
  @Override
  public void close() {
    departures.close();
    producer.close(ApiShutdown.PRODUCER);
  }

  /** The share of a record in what may be on its way, until it is known what became of it. */
  private final class OnItsWay implements Callback {
    private final Delivery delivery;
    private final long index;
    private final int size;
    private @Nullable Thread sender;

    OnItsWay(Delivery delivery, long index, int size) {
      this.delivery = delivery;
      this.index = index;
      this.size = size;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception trouble) {
      // What fails before it leaves, for want of room or partitions, does so within the send.
      if (Thread.currentThread() != sender) {
        delivery.handedOver();
      }
      end(trouble);
    }

    /** Called once. */
    void end(@Nullable Exception trouble) {
      note(trouble);
      inFlight.giveBack(size);
      delivery.settled(index, trouble);
    }
  }
}
