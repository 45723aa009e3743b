package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiStatus(int replicas, int readyReplicas) {}
