package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiSpec(
    int replicas,
    int maxPageSize,
    @Nullable ApiScalingSpec scaling,
    @Nullable AuthSpec auth,
    @Nullable RateLimitSpec rateLimit,
    @Nullable String host) {}
