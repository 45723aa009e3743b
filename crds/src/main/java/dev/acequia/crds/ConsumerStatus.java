package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import org.jspecify.annotations.Nullable;

/**
 * The status half of the scale subresource: running consumers and the label selector of their Pods.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerStatus(
    @JsonPropertyDescription("Consumers that exist.") @StatusReplicas @Max(Integer.MAX_VALUE)
        int replicas,
    @JsonPropertyDescription("Consumers that are ready.") @Max(Integer.MAX_VALUE) int readyReplicas,
    @JsonPropertyDescription("Label selector of the consumers' Pods.") @LabelSelector
        @Nullable String selector) {}
