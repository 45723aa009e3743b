package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;

/** What a replay reads of one partition. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReplayedPartition(
    @JsonPropertyDescription("Number of the partition.") @Max(Integer.MAX_VALUE) int partition,
    @JsonPropertyDescription("The first offset that is read again.") long from,
    @JsonPropertyDescription("The offset before which the replay ends.") long to) {}
