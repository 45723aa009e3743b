package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** How much one client may ask for. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RateLimitSpec(
    @JsonPropertyDescription("Requests per second of one client; more are answered with 429.")
        @Required
        @Min(1)
        @Max(1000000)
        int requestsPerSecond) {}
