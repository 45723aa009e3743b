package dev.acequia.benchmarks.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** A pipeline's topic, and that of its dead letters, as their administrator sees them. */
final class HistoryTopic implements AutoCloseable {
  static final String MIN_IN_SYNC = "min.insync.replicas";

  private static final int TIMEOUT_SECONDS = 30;

  /** Whatever any clock says, records are taken and kept. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "retention.ms",
          "-1",
          "message.timestamp.after.max.ms",
          Long.toString(Long.MAX_VALUE),
          "message.timestamp.before.max.ms",
          Long.toString(Long.MAX_VALUE),
          MIN_IN_SYNC,
          Integer.toString(FaultyKafka.BROKERS / 2 + 1));

  private final Admin admin;
  private final String name;
  private final int partitions;
  private String id;

  /** Makes both topics. */
  HistoryTopic(String bootstrapServers, String name, int partitions)
      throws ExecutionException, TimeoutException, InterruptedException {
    admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    this.name = name;
    this.partitions = partitions;
    id = create(name).orElseThrow();
    var _ = create(deadLetters()).orElseThrow();
  }

  String name() {
    return name;
  }

  String deadLetters() {
    return name + ".dlq";
  }

  String id() {
    return id;
  }

  int partitions() {
    return partitions;
  }

  /** Deletes it, and makes one of the same name. */
  void recreate() throws ExecutionException, TimeoutException, InterruptedException {
    admin.deleteTopics(List.of(name)).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    var created = create(name);
    while (created.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("the topic %s does not go".formatted(name));
      }
      Thread.sleep(100); // the deletion goes on behind the answer
      created = create(name);
    }
    id = created.get();
  }

  /** The ends of the logs. */
  Map<Integer, Long> ends() throws ExecutionException, TimeoutException, InterruptedException {
    return ends(IsolationLevel.READ_UNCOMMITTED);
  }

  /** Up to where no transaction is open. */
  Map<Integer, Long> stableEnds()
      throws ExecutionException, TimeoutException, InterruptedException {
    return ends(IsolationLevel.READ_COMMITTED);
  }

  private Map<Integer, Long> ends(IsolationLevel level)
      throws ExecutionException, TimeoutException, InterruptedException {
    var asked =
        IntStream.range(0, partitions)
            .boxed()
            .collect(
                Collectors.toMap(
                    partition -> new TopicPartition(name, partition),
                    partition -> OffsetSpec.latest()));
    var ends = new TreeMap<Integer, Long>();
    admin
        .listOffsets(asked, new ListOffsetsOptions(level))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
    return ends;
  }

  /** Asks Kafka for its id. */
  String describe() throws ExecutionException, TimeoutException, InterruptedException {
    return description().topicId().toString();
  }

  /** Each partition's leader and replicas. */
  List<TopicPartitionInfo> replicas()
      throws ExecutionException, TimeoutException, InterruptedException {
    return description().partitions();
  }

  private org.apache.kafka.clients.admin.TopicDescription description()
      throws ExecutionException, TimeoutException, InterruptedException {
    return admin
        .describeTopics(List.of(name))
        .allTopicNames()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .values()
        .iterator()
        .next();
  }

  /** Changes settings of the topic, not of that of its dead letters. */
  void set(Map<String, String> settings)
      throws ExecutionException, TimeoutException, InterruptedException {
    alter(
        settings.entrySet().stream()
            .map(
                entry ->
                    new AlterConfigOp(
                        new ConfigEntry(entry.getKey(), entry.getValue()),
                        AlterConfigOp.OpType.SET))
            .toList());
  }

  /** All settings as they were in the beginning. */
  void restoreSettings(String changed)
      throws ExecutionException, TimeoutException, InterruptedException {
    var operations = new ArrayList<AlterConfigOp>();
    SETTINGS.forEach(
        (key, value) ->
            operations.add(
                new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
    operations.add(new AlterConfigOp(new ConfigEntry(changed, null), AlterConfigOp.OpType.DELETE));
    alter(operations);
  }

  private void alter(Collection<AlterConfigOp> operations)
      throws ExecutionException, TimeoutException, InterruptedException {
    admin
        .incrementalAlterConfigs(
            Map.of(new ConfigResource(ConfigResource.Type.TOPIC, name), operations))
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    admin.close();
  }

  /** The new topic's id; empty when there is one of that name. */
  private Optional<String> create(String wanted)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      var created = new NewTopic(wanted, partitions, (short) FaultyKafka.BROKERS).configs(SETTINGS);
      return Optional.of(
          admin
              .createTopics(List.of(created))
              .topicId(wanted)
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .toString());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
