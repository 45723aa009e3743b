package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.acequia.contract.LoadMode;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerSpec(LoadMode mode, int replicas, @Nullable ConsumerScalingSpec scaling) {}
