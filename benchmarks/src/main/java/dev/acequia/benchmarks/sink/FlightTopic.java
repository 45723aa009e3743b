package dev.acequia.benchmarks.sink;

import dev.acequia.contract.TopicDefinition;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/** A topic of flights. Partitions are chosen by key, as every producer does. */
final class FlightTopic implements AutoCloseable {
  static final int PARTITIONS = 8;
  private static final int TIMEOUT_SECONDS = 30;

  private final TopicDefinition definition;
  private final KafkaProducer<byte[], byte[]> producer;
  private final long[] nextOffsets = new long[PARTITIONS];

  private FlightTopic(TopicDefinition definition, KafkaProducer<byte[], byte[]> producer) {
    this.definition = definition;
    this.producer = producer;
  }

  /**
   * Creates the topic and that of its dead letters.
   *
   * @param lingerMs what the producer waits for batches to fill
   */
  static FlightTopic create(String bootstrapServers, String name, int lingerMs)
      throws ExecutionException, TimeoutException, InterruptedException {
    var deadLetters = name + ".dlq";
    try (var admin =
        Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      Collection<NewTopic> topics =
          List.of(
              new NewTopic(name, Optional.of(PARTITIONS), Optional.empty()),
              new NewTopic(deadLetters, Optional.of(1), Optional.empty()));
      var created = admin.createTopics(topics);
      created.all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      var id = created.topicId(name).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      var producer =
          new KafkaProducer<>(
              Map.of(
                  ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                  bootstrapServers,
                  ProducerConfig.ACKS_CONFIG,
                  "all",
                  ProducerConfig.LINGER_MS_CONFIG,
                  lingerMs,
                  ProducerConfig.BATCH_SIZE_CONFIG,
                  128 << 10),
              new ByteArraySerializer(),
              new ByteArraySerializer());
      return new FlightTopic(
          new TopicDefinition(name, id.toString(), PARTITIONS, deadLetters), producer);
    }
  }

  TopicDefinition definition() {
    return definition;
  }

  /** Where a record stands. */
  record Place(int partition, long offset) {}

  /** Sends one record, and answers where it will be. */
  Place send(Flight flight) {
    return send(flight, flight.json());
  }

  /** Sends one record whose value breaks off, and answers where it will be. */
  Place sendBroken(Flight flight) {
    var whole = flight.json();
    return send(flight, Arrays.copyOf(whole, whole.length - 1));
  }

  private Place send(Flight flight, byte[] value) {
    var key = flight.key();
    var partition = Utils.toPositive(Utils.murmur2(key)) % PARTITIONS;
    // A record that fails is missed at the end, when the rows are counted.
    var _ = producer.send(new ProducerRecord<>(definition.name(), partition, key, value));
    return new Place(partition, nextOffsets[partition]++);
  }

  /** Waits until all that was sent is durable. */
  void flush() {
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }
}
