package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** A catalog in PostgreSQL. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record JdbcCatalogSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with the keys uri (postgresql://host:port/database),"
                + " username and password, of a role that may create schemas and roles. Required."
                + " Only the migration uses it: it creates a schema for this pipeline, and roles"
                + " for the consumer and the API that see no other pipeline's. May change at any"
                + " time, to credentials of the same database.")
        @Required
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        String secretName) {}
