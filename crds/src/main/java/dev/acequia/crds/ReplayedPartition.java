package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What a replay reads of one partition. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReplayedPartition(
    @JsonPropertyDescription("Number of the partition.") int partition,
    @JsonPropertyDescription("The first offset that is read again.") long from,
    @JsonPropertyDescription("The offset before which the replay ends.") long to) {}
