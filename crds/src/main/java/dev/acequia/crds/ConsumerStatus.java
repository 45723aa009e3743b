package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * The status half of the scale subresource: running consumers and the label selector of their Pods.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerStatus(int replicas, int readyReplicas, @Nullable String selector) {}
