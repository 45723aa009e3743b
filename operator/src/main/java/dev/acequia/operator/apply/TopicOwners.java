package dev.acequia.operator.apply;

import dev.acequia.operator.apply.KafkaTopics.KafkaException;
import dev.acequia.operator.apply.TopicClaims.Details;
import dev.acequia.operator.apply.TopicClaims.Kept;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of who holds which topic. It is a topic of Kafka itself, so that operators of several
 * clusters see the same. Kafka has no compare-and-set: an operator that wants a topic writes a
 * claim, reads to the end, and holds the topic if its claim is the first. What was read is kept, so
 * a reconcile that changes nothing asks Kafka nothing here.
 */
final class TopicOwners implements AutoCloseable {
  static final String TOPIC = "_acequia.owners";

  /** Brokers learn of a new topic one after the other; a topic that is gone stays away. */
  static final Duration GONE_AFTER = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(TopicOwners.class);
  private static final String CLIENT = "acequia-operator-owners";
  private static final String READING = "tell who holds the topics";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** A tombstone must outlive what a reader keeps: it would miss the end of a claim. */
  private static final Duration READ_AFRESH_AFTER = Duration.ofHours(1);

  private static final Duration TOMBSTONES_LAST = Duration.ofDays(7);

  /** Between two tries to read a partition that nobody serves; each would hold a thread up. */
  private static final Duration READ_AGAIN_AFTER = Duration.ofSeconds(10);

  /** A producer that knows a topic asks for it again by itself, which may bring it back. */
  private static final Duration PRODUCER_KNOWS_TOPIC_FOR = Duration.ofSeconds(5);

  /** Only closed segments are compacted; this bounds what a new process reads. */
  private static final int SEGMENT_BYTES = 64 << 20;

  /**
   * What was read.
   *
   * @param topicId of the owners topic that it was read from; null when there was none
   */
  private record Known(@Nullable String topicId, TopicClaims claims) {
    static Known nothing() {
      return new Known(null, new TopicClaims());
    }
  }

  private record Failure(long at, KafkaException why) {}

  private final LateAdmin admin;
  private final KafkaAddress address;
  private final PlatformConfig.Kafka kafka;
  private final String installation;
  private final Duration goneAfter;
  private final ReentrantLock reading = new ReentrantLock();
  private @Nullable KafkaConsumer<String, String> consumer;
  private @Nullable KafkaProducer<String, String> producer;
  private String consumerFor = "";
  private String producerFor = "";
  private long position;
  private @Nullable Long lastReadBegan;
  private @Nullable Failure failed;
  private volatile @Nullable Long absentSince;
  private volatile Known known = Known.nothing();

  /**
   * @param goneAfter how long the owners topic has to be absent until it counts as gone
   */
  TopicOwners(
      LateAdmin admin,
      KafkaAddress address,
      PlatformConfig.Kafka kafka,
      String installation,
      Duration goneAfter) {
    this.admin = admin;
    this.address = address;
    this.kafka = kafka;
    this.installation = installation;
    this.goneAfter = goneAfter;
  }

  TopicOwner owner(PipelineNames names) {
    return TopicOwner.of(installation, names);
  }

  /** The claims as they were last read. A topic that one held then is one's own now. */
  TopicClaims known() {
    return known.claims();
  }

  /**
   * Compares the owners topic that was just described with the one that was read. When it is gone
   * or another one, all that was read is dropped, so each pipeline claims its topics again.
   *
   * @param found null when there is no owners topic
   */
  void seen(Facts.@Nullable Topic found) {
    var before = known;
    if (before.topicId() == null) {
      return;
    }
    if (found == null) {
      var since = absentSince;
      if (since == null) {
        absentSince = System.nanoTime();
        return;
      }
      if (System.nanoTime() - since < goneAfter.toNanos()) {
        return;
      }
    }
    absentSince = null;
    if (found == null || !found.id().equals(before.topicId())) {
      log.warn("topic {} is not the one that was read: all topics are claimed again", TOPIC);
      known = Known.nothing();
    }
  }

  /**
   * The claims up to all that was written before this call.
   *
   * @throws KafkaException as silence only when Kafka does not answer at all
   */
  TopicClaims current() {
    var asked = System.nanoTime();
    try {
      reading.lockInterruptibly(); // each step of a read ends in bounded time
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(READING, e);
    }
    try {
      var last = lastReadBegan;
      var read = known;
      if (read.topicId() == null || last == null || last - asked < 0) {
        read = read();
      } // else another's read has it all
      return read.claims();
    } finally {
      reading.unlock();
    }
  }

  /**
   * Writes a claim. It is good if it is the first of those that {@link #current()} then finds. The
   * details come first, so that no claim is without them.
   */
  void claim(String topic, TopicOwner owner, Details details) {
    write(
        TopicClaims.detailsKey(topic, owner, details.uid()),
        TopicClaims.json(details),
        TopicClaims.claimKey(topic, owner, UUID.randomUUID().toString()),
        TopicClaims.json(Map.of("uid", details.uid())));
    endKept(topic, details);
  }

  /** Stores what is new of a topic that one holds. */
  void note(String topic, TopicOwner owner, Details details) {
    write(TopicClaims.detailsKey(topic, owner, details.uid()), TopicClaims.json(details));
    endKept(topic, details);
  }

  /** A topic that is somebody's own is kept for nobody; one that is adopted still is. */
  private void endKept(String topic, Details details) {
    if (details.topicId() != null && known().kept(topic).isPresent()) {
      write(TopicClaims.keptKey(topic), null);
    }
  }

  /** Ends these claims and what was said beside them. What came after they were read stays. */
  void release(List<String> keys) {
    if (!keys.isEmpty()) {
      write(keys.stream().flatMap(key -> Stream.of(key, null)).toArray(String[]::new));
    }
  }

  /** Stores that a topic waits for a resource of this name. */
  void keep(String topic, TopicOwner owner, String uid, String topicId) {
    write(TopicClaims.keptKey(topic), TopicClaims.json(Kept.of(owner, uid, topicId)));
  }

  @Override
  public void close() {
    try {
      if (reading.tryLock(1, TimeUnit.SECONDS)) { // else a read ends by itself, with the process
        try {
          closeConsumer();
        } finally {
          reading.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (producer != null) {
        producer.close(Duration.ofSeconds(1));
        producer = null;
      }
    }
  }

  private Known read() {
    var began = System.nanoTime();
    var topicId = topicId();
    // Kafka answers, so what fails from here on is this topic's alone.
    var before = failed;
    if (before != null && began - before.at() < READ_AGAIN_AFTER.toNanos()) {
      throw before.why();
    }
    try {
      var read = read(topicId, began);
      if (before != null) {
        log.info("topic {} can be read again", TOPIC);
      }
      failed = null;
      return read;
    } catch (org.apache.kafka.common.KafkaException e) {
      closeConsumer();
      var why = KafkaException.answered(READING, e);
      if (before == null) {
        log.warn("no topic is created, changed or deleted: {}", why.getMessage());
      }
      failed = new Failure(System.nanoTime(), why);
      throw why;
    }
  }

  private Known read(Optional<String> topicId, long began) {
    seen(topicId.map(id -> new Facts.Topic(id, 1)).orElse(null));
    var before = known;
    if (topicId.isEmpty()) {
      if (before.topicId() != null) {
        throw absent();
      }
      lastReadBegan = began;
      return before;
    }
    var own = consumer();
    var end = Objects.requireNonNull(own.endOffsets(List.of(PARTITION), TIMEOUT).get(PARTITION));
    var goesOn =
        topicId.get().equals(before.topicId())
            && position <= end
            && lastReadBegan != null
            && began - lastReadBegan < READ_AFRESH_AFTER.toNanos();
    if (!goesOn) {
      requireCompacted();
      position =
          Objects.requireNonNull(own.beginningOffsets(List.of(PARTITION), TIMEOUT).get(PARTITION));
    }
    // Read whole before anyone sees it: a claim may have ended further on.
    var folded = goesOn ? before.claims() : new TopicClaims();
    own.seek(PARTITION, position);
    var movedAt = System.nanoTime();
    for (var at = position; at < end; at = own.position(PARTITION, TIMEOUT)) {
      var rest = TIMEOUT.minusNanos(System.nanoTime() - movedAt);
      if (rest.isNegative()) {
        throw new org.apache.kafka.common.errors.TimeoutException(
            "no more than offset %d of %d of topic %s is to be had".formatted(at, end, TOPIC));
      }
      own.poll(rest).forEach(record -> folded.apply(record.key(), record.value(), record.offset()));
      if (own.position(PARTITION, TIMEOUT) > at) {
        movedAt = System.nanoTime();
      }
    }
    position = own.position(PARTITION, TIMEOUT);
    var read = new Known(topicId.get(), folded);
    known = read;
    lastReadBegan = began;
    return read;
  }

  private Optional<String> topicId() {
    try {
      var described =
          KafkaTopics.get(
              admin.get().describeTopics(List.of(TOPIC)).allTopicNames(),
              "describe topic " + TOPIC);
      return Optional.of(described.values().iterator().next().topicId().toString());
    } catch (KafkaException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Where old records are deleted, claims end that nobody ended. */
  private void requireCompacted() {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    var policy =
        Objects.requireNonNull(
                KafkaTopics.get(
                        admin.get().describeConfigs(List.of(resource)).all(),
                        "describe the settings of topic " + TOPIC)
                    .get(resource))
            .get("cleanup.policy");
    if (policy == null || !"compact".equals(policy.value())) {
      throw new KafkaException(
          "keep the owners of topics",
          new InvalidConfigurationException(
              "topic %s has cleanup.policy=%s: set it to compact"
                  .formatted(TOPIC, policy == null ? "" : policy.value())));
    }
  }

  private static KafkaException absent() {
    return KafkaException.answered(
        READING, new TimeoutException("topic " + TOPIC + " was there, and no broker shows it now"));
  }

  /**
   * Creates the topic when there never was one. One that is gone must not come back by a write:
   * where brokers create what a producer asks for, it would not be compacted.
   */
  private void requireTopic() {
    if (topicId().isPresent()) {
      return;
    }
    if (known.topicId() != null) {
      throw absent();
    }
    var topic =
        new NewTopic(TOPIC, 1, (short) kafka.replicationFactor())
            .configs(
                Map.of(
                    "cleanup.policy",
                    "compact",
                    "min.insync.replicas",
                    Integer.toString(kafka.minInsyncReplicas()),
                    "unclean.leader.election.enable",
                    "false",
                    "segment.bytes",
                    Integer.toString(SEGMENT_BYTES),
                    "delete.retention.ms",
                    Long.toString(TOMBSTONES_LAST.toMillis())));
    try {
      KafkaTopics.get(admin.get().createTopics(List.of(topic)).all(), "create topic " + TOPIC);
    } catch (KafkaException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** Writes keys and values in their order, and waits until every in-sync replica has them. */
  private void write(@Nullable String... keysAndValues) {
    requireTopic(); // so what fails from here on is this topic's alone
    var what = "write to topic " + TOPIC;
    try {
      var own = producer();
      for (var i = 0; i < keysAndValues.length; i += 2) {
        var record = new ProducerRecord<>(TOPIC, 0, keysAndValues[i], keysAndValues[i + 1]);
        own.send(record).get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (ExecutionException e) {
      throw KafkaException.answered(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | org.apache.kafka.common.KafkaException e) {
      throw KafkaException.answered(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(what, e);
    }
  }

  private KafkaConsumer<String, String> consumer() {
    var version = address.version();
    if (!version.equals(consumerFor)) {
      closeConsumer();
    }
    if (consumer == null) {
      consumerFor = version;
      var settings = address.settings(CLIENT);
      settings.put("enable.auto.commit", false);
      settings.put("auto.offset.reset", "none");
      settings.put("allow.auto.create.topics", false); // it would not be compacted
      settings.put("default.api.timeout.ms", (int) TIMEOUT.toMillis());
      consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
      consumer.assign(List.of(PARTITION));
    }
    return consumer;
  }

  private void closeConsumer() {
    lastReadBegan = null; // the next read begins at the start
    if (consumer != null) {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
      consumer = null;
    }
  }

  private synchronized KafkaProducer<String, String> producer() {
    var version = address.version();
    if (producer != null && !version.equals(producerFor)) {
      producer.close(Duration.ofSeconds(1));
      producer = null;
    }
    if (producer == null) {
      producerFor = version;
      var settings = address.settings(CLIENT);
      settings.put("acks", "all");
      settings.put("enable.idempotence", true);
      settings.put("linger.ms", 0);
      settings.put("max.block.ms", TIMEOUT.toMillis());
      settings.put("delivery.timeout.ms", (int) TIMEOUT.toMillis());
      settings.put("metadata.max.idle.ms", PRODUCER_KNOWS_TOPIC_FOR.toMillis());
      producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }
    return producer;
  }
}
