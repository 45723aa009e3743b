package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** A place in the topic. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record PartitionOffset(
    @JsonPropertyDescription("Number of the partition, from 0. Required.")
        @Required
        @Min(0)
        @Max(999_999)
        int partition,
    @JsonPropertyDescription("Offset in the partition, as Kafka counts. Required.")
        @Required
        @Min(0)
        long offset) {}
