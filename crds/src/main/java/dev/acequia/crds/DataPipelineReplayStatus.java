package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a replay is. */
@JsonClassDescription("How far the replay is.")
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataPipelineReplayStatus(
    @JsonPropertyDescription("The metadata.generation that this status is about.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "Ready is True when the replay has ended, or the dry run has said what it would do."
                + " Stalled is True when only a person can help; its message says how.")
        List<Condition> conditions,
    @JsonPropertyDescription("Kafka's id of the topic that the offsets belong to.")
        @Nullable String topicId,
    @JsonPropertyDescription(
            "Records that were read again, counted by offsets: the markers of transactions count"
                + " too.")
        @Nullable Long recordsDone,
    @JsonPropertyDescription("Records that are to be read again.") @Nullable Long recordsTotal,
    @JsonPropertyDescription(
            "What is read of each partition; of those that a consumer has begun with, as it found"
                + " them.")
        List<ReplayedPartition> partitions) {
  public DataPipelineReplayStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    partitions = partitions == null ? List.of() : List.copyOf(partitions);
  }
}
