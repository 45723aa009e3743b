package dev.acequia.stores.testkit;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.TopicLog;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The pipeline {@code ops/flights} in its variants, and its topic. */
public final class Pipelines {
  private Pipelines() {}

  public static Schema schema(List<String> key, Field... fields) {
    return new Schema(key, List.of(fields), UnknownFields.REJECT);
  }

  /**
   * The definition.
   *
   * @param word the offsets that a person accepted
   */
  public static PipelineDefinition definition(
      StoreDefinition store,
      Schema schema,
      LoadMode mode,
      UUID topicId,
      int partitions,
      @Nullable AcceptedOffsets word) {
    return new PipelineDefinition(
        "ops",
        "flights",
        null,
        schema,
        new TopicDefinition("ops.flights", kafkaId(topicId), partitions, "ops.flights.dlq"),
        store,
        mode,
        1000,
        0.05,
        word);
  }

  /** A topic's id as Kafka writes it. */
  public static String kafkaId(UUID id) {
    var bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A topic whose partitions hold the same offsets and were never cut. */
  public static TopicLog log(UUID topicId, int partitions, long beginning, long end) {
    return new TopicLog(
        topicId,
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicLog.Range(beginning, end, null))
            .toList(),
        (partition, offset, leaderEpoch) -> Optional.empty());
  }
}
