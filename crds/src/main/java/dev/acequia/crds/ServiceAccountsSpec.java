package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** The identities of a pipeline's processes where a store takes a Pod's own. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ServiceAccountsSpec(
    @JsonPropertyDescription("That of the migration, <name>-migration. No default.")
        @Nullable ServiceAccountSpec migration,
    @JsonPropertyDescription("That of the consumers, <name>-consumer. No default.")
        @Nullable ServiceAccountSpec consumer,
    @JsonPropertyDescription("That of the API, <name>-api. No default.")
        @Nullable ServiceAccountSpec api) {}
