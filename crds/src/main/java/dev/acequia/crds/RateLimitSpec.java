package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/** How much one client may ask for. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RateLimitSpec(
    @JsonPropertyDescription(
            "Requests per second of one client, on each API process; more are answered with 429. A"
                + " client is an API key or a token's subject, and on an open API an address."
                + " Required.")
        @Required
        @Min(1)
        @Max(1000000)
        int requestsPerSecond,
    @JsonPropertyDescription(
            "Requests that may come at once after a pause. No default: as many as"
                + " requestsPerSecond.")
        @Min(1)
        @Max(1000000)
        @Nullable Integer burst) {}
