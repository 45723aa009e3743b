package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerScalingSpec(int min, int max, long lagPerReplica) {}
