package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The newest migration. The operator notes it before it creates the Job. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MigrationStatus(
    @JsonPropertyDescription("Name of the newest migration Job.") String job,
    @JsonPropertyDescription(
            "Rises with each other Job. An older Job that starts late changes nothing.")
        long version,
    @JsonPropertyDescription("Image of that Job, to create the Job again if it is deleted.")
        @Nullable String image) {}
