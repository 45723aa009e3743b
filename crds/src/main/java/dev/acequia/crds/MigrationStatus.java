package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The newest migration. The operator notes it before it creates the Job. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MigrationStatus(
    @JsonPropertyDescription("Name of the newest migration Job.") String job,
    @JsonPropertyDescription(
            "Rises with each other Job. An older Job that starts late changes nothing.")
        long version) {}
