package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;

/** The running API processes. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiStatus(
    @JsonPropertyDescription("API processes that exist.") @Max(Integer.MAX_VALUE) int replicas,
    @JsonPropertyDescription("API processes that are ready.") @Max(Integer.MAX_VALUE)
        int readyReplicas) {}
