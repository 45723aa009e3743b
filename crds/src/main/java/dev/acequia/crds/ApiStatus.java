package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The running API processes. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiStatus(
    @JsonPropertyDescription("API processes that exist.") int replicas,
    @JsonPropertyDescription("API processes that are ready.") int readyReplicas) {}
