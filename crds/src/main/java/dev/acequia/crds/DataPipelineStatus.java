package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator observed; a pure function of the plan and the cluster, without timestamps or
 * lag of its own.
 */
@JsonClassDescription("What the operator observed.")
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataPipelineStatus(
    @JsonPropertyDescription("The metadata.generation that this status is about.")
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "Ready sums up TopicReady, StoreReady, ConsumerReady and ApiReady. Protected is False"
                + " while the API is open to everyone. Stalled is True when only a person can help;"
                + " its message says how. Updating is there while the platform's newest version has"
                + " not reached the pipeline.")
        List<Condition> conditions,
    @JsonPropertyDescription("Where records are pushed and queries asked.")
        @Nullable String endpoint,
    @JsonPropertyDescription("Name of the Kafka topic; dead letters go to <topic>.dlq.")
        @Nullable String topic,
    @JsonPropertyDescription("Where the records are stored: the store's kind and table.")
        @Nullable String store,
    @JsonPropertyDescription("Hash of the schema that the store has now.")
        @Nullable String schemaHash,
    @JsonPropertyDescription("The newest migration of the store.")
        @Nullable MigrationStatus migration,
    @JsonPropertyDescription("The running consumers, for the scale subresource.")
        @Nullable ConsumerStatus consumer,
    @JsonPropertyDescription("The running API processes.") @Nullable ApiStatus api,
    @JsonPropertyDescription(
            "The last value of the annotation acequia.dev/accept-offsets that a migration applied."
                + " The operator never applies it twice, even after a restore of the store.")
        @Nullable String acceptedOffsets,
    @JsonPropertyDescription("How the platform's changes reach the pipeline.")
        @Nullable RolloutStatus rollout) {
  public DataPipelineStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** A status in which nothing was observed. */
  public static DataPipelineStatus empty() {
    return new DataPipelineStatus(
        null, List.of(), null, null, null, null, null, null, null, null, null);
  }

  /** The same with another rollout. */
  public DataPipelineStatus with(@Nullable RolloutStatus other) {
    return new DataPipelineStatus(
        observedGeneration,
        conditions,
        endpoint,
        topic,
        store,
        schemaHash,
        migration,
        consumer,
        api,
        acceptedOffsets,
        other);
  }
}
