package dev.acequia.consumer.consume;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** The settings of the loop's clients. */
final class KafkaClients {
  /** Kept until the last row that was read from it is stored; so it is not larger than a batch. */
  private static final int FETCH_BYTES = 2 << 20;

  static final int POLL_RECORDS = 4_000;

  private final PipelineDefinition definition;
  private final KafkaConnection kafka;
  private final String clientId;

  KafkaClients(PipelineDefinition definition, KafkaConnection kafka, String clientId) {
    this.definition = definition;
    this.kafka = kafka;
    this.clientId = clientId;
  }

  Admin admin() {
    return Admin.create(
        kafka.with(
            Map.of(
                AdminClientConfig.CLIENT_ID_CONFIG,
                clientId + "-admin",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                10_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                15_000)));
  }

  /**
   * The loop's consumer.
   *
   * @param budget to begin before each poll
   */
  Consumer<ByteBuffer, ByteBuffer> consumer(boolean newGroupProtocol, PollBudget budget) {
    var own = reading(clientId, POLL_RECORDS);
    own.put(ConsumerConfig.GROUP_ID_CONFIG, definition.consumerGroup());
    if (newGroupProtocol) {
      own.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
    } else {
      own.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
      own.put(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
      own.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
      own.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
    }
    return new KafkaConsumer<>(kafka.with(own), budget.keys(), budget.values());
  }

  /** A consumer outside the group, which takes no record along with another. */
  Consumer<ByteBuffer, ByteBuffer> carefulConsumer(PollBudget budget) {
    return new KafkaConsumer<>(
        kafka.with(reading(clientId + "-careful", 1)), budget.keys(), budget.values());
  }

  private static Map<String, Object> reading(String name, int pollRecords) {
    var own = new HashMap<String, Object>();
    own.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    own.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    own.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // A recreated topic and new partitions are seen by then.
    own.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
    own.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    own.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 20);
    own.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
    own.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords);
    own.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    own.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    return own;
  }
}
