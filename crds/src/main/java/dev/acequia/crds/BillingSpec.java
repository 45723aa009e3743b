package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** Throughput of a table in DynamoDB that is paid for in advance. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BillingSpec(
    @JsonPropertyDescription(
            "Read units a second of the table and of each index: one is a strongly consistent read"
                + " of 4 KiB. Required.")
        @Required
        @Min(1)
        @Max(1_000_000)
        Long read,
    @JsonPropertyDescription(
            "Write units a second of the table and of each index: one is a write of 1 KiB."
                + " Required.")
        @Required
        @Min(1)
        @Max(1_000_000)
        Long write) {}
