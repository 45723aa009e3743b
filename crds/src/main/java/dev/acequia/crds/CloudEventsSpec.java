package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** CloudEvents 1.0. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CloudEventsSpec(
    @JsonPropertyDescription(
            "Name of the field, of type json, that takes an event's context attributes: id, source,"
                + " type and the others it has. No default: they are headers of the Kafka record"
                + " only. May change at any time.")
        @Size(max = 63)
        @Nullable String attributesField) {}
