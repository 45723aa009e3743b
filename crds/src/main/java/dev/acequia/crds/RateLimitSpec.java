package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

@JsonIgnoreProperties(ignoreUnknown = true)
public record RateLimitSpec(int requestsPerSecond) {}
