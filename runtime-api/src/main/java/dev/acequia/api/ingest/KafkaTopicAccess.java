package dev.acequia.api.ingest;

import dev.acequia.api.bounds.HeapShare;
import dev.acequia.contract.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The settings of the API's clients of Kafka. */
final class KafkaTopicAccess implements TopicAccess {
  private final Supplier<KafkaConnection> logOn;
  private final String clientId;
  private final String topic;

  /**
   * Connects to nothing yet.
   *
   * @param logOn reads the log-on's files
   */
  KafkaTopicAccess(Supplier<KafkaConnection> logOn, String clientId, String topic) {
    this.logOn = logOn;
    this.clientId = clientId;
    this.topic = topic;
  }

  @Override
  public KafkaConnection logOn() {
    return logOn.get();
  }

  @Override
  public void check(KafkaConnection kafka) {
    try (var admin = Admin.create(kafka.with(adminSettings()))) {
      // A user who may only describe the topic gets its partitions too.
      var rights =
          Objects.requireNonNull(
                  admin
                      .describeTopics(
                          List.of(topic),
                          new DescribeTopicsOptions().includeAuthorizedOperations(true))
                      .topicNameValues()
                      .get(topic))
              .get()
              .authorizedOperations();
      if (!mayWrite(rights)) {
        throw new TopicAuthorizationException(
            "the user lacks the right Write on the topic " + topic, Set.of(topic));
      }
    } catch (ExecutionException e) {
      var cause = e.getCause();
      if (!(cause instanceof UnsupportedVersionException)) { // a broker that tells nobody of rights
        throw cause instanceof KafkaException known ? known : new KafkaException(cause);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** A cluster without an authorizer may name no rights; with one, Describe is among them. */
  static boolean mayWrite(@Nullable Set<AclOperation> rights) {
    return rights == null || rights.isEmpty() || rights.contains(AclOperation.WRITE);
  }

  @Override
  public Producer<byte[], byte[]> producer(KafkaConnection kafka) {
    return new KafkaProducer<>(
        kafka.with(producerSettings()), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private Map<String, Object> adminSettings() {
    var limit = (int) TopicWriter.HANDOVER_LIMIT.toMillis();
    return Map.of(
        AdminClientConfig.CLIENT_ID_CONFIG, clientId + "-check",
        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, limit,
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, limit);
  }

  private Map<String, Object> producerSettings() {
    return Map.ofEntries(
        Map.entry(ProducerConfig.CLIENT_ID_CONFIG, clientId),
        Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
        Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
        Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0), // see Departures
        Map.entry(ProducerConfig.BATCH_SIZE_CONFIG, 64 << 10),
        Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, HeapShare.ofThisProcess().producer()),
        // The topic decides how large a record may be, not this client.
        Map.entry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20),
        Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, TopicWriter.HANDOVER_LIMIT.toMillis()),
        Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 8_000),
        Map.entry(
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) TopicWriter.DELIVERY_LIMIT.toMillis()),
        Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofHours(1).toMillis()),
        Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000L));
  }
}
