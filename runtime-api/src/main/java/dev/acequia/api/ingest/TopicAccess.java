package dev.acequia.api.ingest;

import dev.acequia.contract.KafkaConnection;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** The clients by which a {@link TopicWriter} reaches its topic. */
interface TopicAccess {
  /**
   * The log-on as the process's files have it now.
   *
   * @throws java.io.UncheckedIOException when the file cannot be read, such as while it is replaced
   */
  KafkaConnection logOn();

  /**
   * Asks Kafka, on a connection of its own, whether it takes the log-on and lets it write to the
   * topic.
   *
   * @throws KafkaException when it does not, or does not answer
   */
  void check(KafkaConnection logOn);

  /** Makes a producer that uses the log-on. */
  Producer<byte[], byte[]> producer(KafkaConnection logOn);
}
