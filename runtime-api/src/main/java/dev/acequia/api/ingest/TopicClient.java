package dev.acequia.api.ingest;

import dev.acequia.contract.KafkaConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** A producer, the log-on that it was made with, and what stands in its way. */
final class TopicClient {
  private static final int UNKNOWN = RecordMetadata.UNKNOWN_PARTITION;

  private final KafkaConnection logOn;
  private final Producer<byte[], byte[]> producer;

  /**
   * Whether Kafka refuses, by partition: the connection to one broker may hold while another broker
   * refuses to renew its own.
   */
  private final Map<Integer, Boolean> troubles = new ConcurrentHashMap<>();

  private volatile boolean accepted;
  private volatile String lastFailure = "";

  TopicClient(KafkaConnection logOn, Producer<byte[], byte[]> producer) {
    this.logOn = logOn;
    this.producer = producer;
  }

  KafkaConnection logOn() {
    return logOn;
  }

  Producer<byte[], byte[]> producer() {
    return producer;
  }

  /**
   * Asks for the topic's partitions, as a send would; later sends find them at hand.
   *
   * @throws KafkaException when Kafka does not name them in time
   */
  void findPartitions(String topic) {
    if (producer.partitionsFor(topic).isEmpty()) {
      throw new KafkaException("the topic " + topic + " has no partitions");
    }
  }

  /** Kafka has accepted the log-on, and grants the right to write. */
  void accepted() {
    accepted = true;
  }

  boolean isAccepted() {
    return accepted;
  }

  /** The last failure in Kafka's words. */
  String lastFailure() {
    return lastFailure;
  }

  /** Kafka has answered a request. */
  void answered() {
    troubles.remove(UNKNOWN);
  }

  /** A record is durable. */
  void succeeded(RecordMetadata metadata) {
    if (!troubles.isEmpty()) {
      troubles.remove(metadata.partition());
      troubles.remove(UNKNOWN);
    }
  }

  /**
   * A record or a request has failed.
   *
   * @param metadata names the partition; null when there is none yet
   */
  void failed(@Nullable RecordMetadata metadata, Exception trouble) {
    if (!(trouble instanceof RecordTooLargeException)) {
      lastFailure = trouble.toString();
      troubles.merge(
          metadata == null ? UNKNOWN : metadata.partition(),
          isRefusal(trouble),
          Boolean::logicalOr);
    }
  }

  /** Whether records have failed, and none of their partitions has taken one since. */
  boolean isTroubled() {
    return !troubles.isEmpty();
  }

  /** Whether Kafka refused one of them. */
  boolean isRefused() {
    return troubles.containsValue(true);
  }

  /** Whether Kafka does not take the log-on, or the user lacks a right. */
  static boolean isRefusal(@Nullable Throwable e) {
    for (var each = e; each != null; each = each.getCause()) { // a producer that gave up wraps it
      if (each instanceof AuthenticationException || each instanceof AuthorizationException) {
        return true;
      }
    }
    return false;
  }

  /** Flushes for at most this long, then fails the rest and all later records. */
  void close(Duration limit) {
    producer.close(limit);
  }
}
