package dev.acequia.consumer.migrate;

import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.stores.TopicLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic's id and the bounds of its partitions' logs. */
public final class TopicLogReader {
  private static final int TIMEOUT_SECONDS = 20;

  private final PipelineDefinition definition;
  private final KafkaConnection kafka;

  public TopicLogReader(PipelineDefinition definition, KafkaConnection kafka) {
    this.definition = definition;
    this.kafka = kafka;
  }

  /**
   * The topic as it is now.
   *
   * @throws IllegalStateException when it is another than the definition's, which the operator will
   *     see too
   */
  public TopicLog read() throws ExecutionException, TimeoutException, InterruptedException {
    try (var admin =
        Admin.create(
            kafka.with(
                Map.of(
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "acequia-migration",
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    TIMEOUT_SECONDS * 500,
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    TIMEOUT_SECONDS * 1000)))) {
      var name = definition.topic().name();
      var description =
          admin
              .describeTopics(List.of(name))
              .allTopicNames()
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .values()
              .iterator()
              .next();
      var id = TopicDefinition.uuid(description.topicId().toString());
      if (!id.equals(definition.topic().uuid())) {
        throw new IllegalStateException(
            "topic %s has the id %s, the definition was made for %s"
                .formatted(name, description.topicId(), definition.topic().id()));
      }
      var partitions = description.partitions().size();
      var beginnings = offsets(admin, partitions, OffsetSpec.earliest());
      var ends = offsets(admin, partitions, OffsetSpec.latest());
      var ranges = new ArrayList<TopicLog.Range>();
      for (var partition = 0; partition < partitions; partition++) {
        var end = ends.get(partition);
        ranges.add(
            new TopicLog.Range(
                beginnings.get(partition).offset(), end.offset(), end.leaderEpoch().orElse(null)));
      }
      return new TopicLog(id, ranges, new KafkaEpochCheck(name, kafka, this));
    }
  }

  private List<ListOffsetsResultInfo> offsets(Admin admin, int partitions, OffsetSpec spec)
      throws ExecutionException, TimeoutException, InterruptedException {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    for (var partition = 0; partition < partitions; partition++) {
      asked.put(new TopicPartition(definition.topic().name(), partition), spec);
    }
    Map<TopicPartition, ListOffsetsResultInfo> found =
        admin.listOffsets(asked).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    var offsets = new ArrayList<ListOffsetsResultInfo>();
    for (var partition = 0; partition < partitions; partition++) {
      var result = found.get(new TopicPartition(definition.topic().name(), partition));
      if (result == null) {
        throw new IllegalStateException("Kafka did not answer for partition " + partition);
      }
      offsets.add(result);
    }
    return offsets;
  }
}
