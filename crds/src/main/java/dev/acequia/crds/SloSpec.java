package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/** The objectives that alerts are measured against; changing them changes no workload. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SloSpec(String freshness, double availability) {}
