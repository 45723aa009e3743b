package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A catalog that speaks Iceberg's REST protocol. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RestCatalogSpec(
    @JsonPropertyDescription("The catalog's URL. Required. May change at any time.")
        @Required
        @Size(max = 500)
        @ValidationRule(
            value = "self.matches('^https?://[^/?#@]+(/[^?#]*)?$')",
            message = "give a URL such as https://catalog.example.com, without credentials")
        String uri,
    @JsonPropertyDescription("The catalog's name of the warehouse. No default.") @Size(max = 500)
        @Nullable String warehouse,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with username and password: client id and secret of"
                + " an OAuth2 client that may change this table. No default: the catalog takes"
                + " anyone. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String secretName) {}
