package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator observed; a pure function of the plan and the cluster, without timestamps or
 * lag of its own.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataPipelineStatus(
    @Nullable Long observedGeneration,
    List<Condition> conditions,
    @Nullable String endpoint,
    @Nullable String topic,
    @Nullable String store,
    @Nullable String schemaHash,
    @Nullable ConsumerStatus consumer,
    @Nullable ApiStatus api) {
  public DataPipelineStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
