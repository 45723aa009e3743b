package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Who may use the API. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.apiKeysSecretName) != has(self.oidc)",
    message = "give exactly one of apiKeysSecretName and oidc")
public record AuthSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with one API key under each of its keys. No"
                + " default.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String apiKeysSecretName,
    @JsonPropertyDescription("Tokens of an OpenID Connect issuer. No default.")
        @Nullable OidcSpec oidc) {}
