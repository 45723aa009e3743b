package dev.acequia.api.ingest;

import dev.acequia.api.bounds.ByteBudget;
import dev.acequia.api.bounds.HeapShare;
import dev.acequia.contract.ApiShutdown;
import dev.acequia.contract.KafkaConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way into the pipeline's topic. One producer serves all requests, so that their records share
 * batches; another takes its place when Kafka refuses it. What is on its way is bounded.
 */
public final class TopicWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicWriter.class);

  /** A record is durable, or has failed, after so long. */
  static final Duration DELIVERY_LIMIT = Duration.ofSeconds(20);

  /** The producer takes a record, or finds neither room nor partitions for it, after so long. */
  static final Duration HANDOVER_LIMIT = Duration.ofSeconds(5);

  /**
   * A client of the same log-on replaces a refused one after so long, and then after twice as long
   * each time. By then the client before it is closed, so there are two at most.
   */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(45);

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  /** What a record on its way takes beside its bytes: the producer's own bookkeeping. */
  private static final int RECORD_OVERHEAD = 256;

  private static final int HEADER_OVERHEAD = 32;

  /** More records than these fill a batch by themselves; fewer leave with other requests'. */
  private static final int FEW = 16;

  private final TopicAccess access;
  private final String topic;
  private final Duration handoverLimit;
  private final LongSupplier nanoTime;
  private final Duration formerServes;
  private final Departures departures = new Departures();
  private final ByteBudget inFlight = new ByteBudget(HeapShare.ofThisProcess().inFlight());
  private volatile TopicClient client;
  private String lastTrouble = "";
  private Duration pause = Duration.ZERO;
  private long replacedNanos;

  /**
   * Makes a writer that has not connected; {@link #probe} connects.
   *
   * @param logOn reads the log-on's files
   */
  public TopicWriter(Supplier<KafkaConnection> logOn, String clientId, String topic) {
    this(new KafkaTopicAccess(logOn, clientId, topic), topic, HANDOVER_LIMIT, System::nanoTime);
  }

  TopicWriter(TopicAccess access, String topic, Duration handoverLimit, LongSupplier nanoTime) {
    this(access, topic, handoverLimit, nanoTime, DELIVERY_LIMIT);
  }

  /**
   * A writer that has not connected.
   *
   * @param formerServes how long a replaced client still takes records of requests that began with
   *     it
   */
  TopicWriter(
      TopicAccess access,
      String topic,
      Duration handoverLimit,
      LongSupplier nanoTime,
      Duration formerServes) {
    this.formerServes = formerServes;
    this.access = access;
    this.topic = topic;
    this.handoverLimit = handoverLimit;
    this.nanoTime = nanoTime;
    var logOn = access.logOn();
    this.client = new TopicClient(logOn, access.producer(logOn));
  }

  /**
   * Sends a record; the delivery learns what becomes of it. Waits while too much is on its way.
   *
   * @return false when nothing more can be sent for this request
   */
  boolean send(Delivery delivery, long index, byte[] key, byte[] value, Iterable<Header> headers)
      throws InterruptedException {
    // One client sends all records of a request, so they keep their order.
    var by = delivery.through(client);
    var onItsWay = admit(delivery, index, size(key, value, headers), by);
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
      by.producer().partitionsFor(topic);
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

  private @Nullable OnItsWay admit(Delivery delivery, long index, int size, TopicClient by)
      throws InterruptedException {
    if (delivery.failed()) {
      return null;
    }
    delivery.sent();
    if (!inFlight.take(size, DELIVERY_LIMIT)) {
      delivery.settled(index, new KafkaException("too much is on its way to Kafka"));
      return null;
    }
    return new OnItsWay(delivery, index, size, by);
  }

  private void handOver(ProducerRecord<byte @Nullable [], byte[]> record, OnItsWay onItsWay) {
    onItsWay.sender = Thread.currentThread();
    try {
      var _ = onItsWay.by.producer().send(record, onItsWay);
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
   * Checks that Kafka accepts the log-on and grants the right to write. After a refusal it reads
   * the log-on's files again.
   *
   * @throws KafkaException when it does not, or does not answer
   */
  public void probe() {
    try {
      if (needsAnother()) {
        replace(logOnNow());
      } else {
        // Once for each client: a store that is down brings a probe twice a second.
        if (!client.isAccepted()) {
          access.check(client.logOn());
          client.accepted();
        }
        client.findPartitions(topic);
        client.answered();
      }
    } catch (KafkaException e) {
      client.failed(null, e);
      throw e;
    }
  }

  /**
   * Takes another client when Kafka refuses this one, or when records fail and the files have
   * another log-on. A producer that was refused may stay so when Kafka would take it again.
   */
  public void recover() {
    if (!needsAnother()) {
      return;
    }
    var logOn = logOnNow();
    if (logOn.equals(client.logOn()) && sinceReplacement().compareTo(pause) < 0) {
      return; // one broker may refuse while others accept the same log-on
    }
    try {
      replace(logOn);
      lastTrouble = "";
    } catch (KafkaException e) {
      if (!lastTrouble.equals(e.toString())) {
        lastTrouble = e.toString();
        LOG.warn("the former log-on to Kafka stays: {}", lastTrouble);
      }
    }
  }

  /** Whether Kafka does not take the log-on, or the user lacks a right. */
  public static boolean isRefusal(KafkaException e) {
    return TopicClient.isRefusal(e);
  }

  private boolean needsAnother() {
    return client.isRefused() || (client.isTroubled() && !logOnNow().equals(client.logOn()));
  }

  /**
   * Replaces the client by one whose log-on Kafka has accepted; until then the former may still
   * work in part. Records in flight stay with the former client, so none is sent by both.
   */
  private void replace(KafkaConnection logOn) {
    access.check(logOn);
    var next = new TopicClient(logOn, access.producer(logOn));
    next.accepted();
    try {
      next.findPartitions(topic);
    } catch (KafkaException e) {
      next.close(Duration.ZERO);
      throw e;
    }
    var former = client;
    client = next;
    var isFirst = !logOn.equals(former.logOn()) || sinceReplacement().compareTo(LONGEST_PAUSE) > 0;
    pause = isFirst || pause.isZero() ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
    replacedNanos = nanoTime.getAsLong();
    LOG.warn("another client of Kafka takes over from one that failed: {}", former.lastFailure());
    var _ = Thread.ofVirtual().name("former-client").start(() -> retire(former));
  }

  private Duration sinceReplacement() {
    return Duration.ofNanos(nanoTime.getAsLong() - replacedNanos);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void retire(TopicClient former) {
    try {
      Thread.sleep(formerServes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    former.close(DELIVERY_LIMIT);
  }

  private KafkaConnection logOnNow() {
    try {
      return access.logOn();
    } catch (UncheckedIOException | IllegalArgumentException e) { // a file that is being replaced
      return client.logOn();
    }
  }

  /**
   * Sends what is on its way, and waits for its acknowledgement: not for long, as those who wait
   * for an answer have got it by now.
   */
  @Override
  public void close() {
    departures.close();
    client.close(ApiShutdown.PRODUCER);
  }

  /** The share of a record in what may be on its way, until it is known what became of it. */
  private final class OnItsWay implements Callback {
    private final Delivery delivery;
    private final long index;
    private final int size;
    private final TopicClient by;
    private @Nullable Thread sender;

    OnItsWay(Delivery delivery, long index, int size, TopicClient by) {
      this.delivery = delivery;
      this.index = index;
      this.size = size;
      this.by = by;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception trouble) {
      // What fails before it leaves, for want of room or partitions, does so within the send.
      if (Thread.currentThread() != sender) {
        delivery.handedOver();
      }
      if (trouble != null) {
        by.failed(metadata, trouble);
      } else if (metadata != null) {
        by.succeeded(metadata);
      }
      settle(trouble);
    }

    /** Ends a record that has not left. */
    void end(Exception trouble) {
      by.failed(null, trouble);
      settle(trouble);
    }

    /** Called once. */
    private void settle(@Nullable Exception trouble) {
      inFlight.giveBack(size);
      delivery.settled(index, trouble);
    }
  }
}
