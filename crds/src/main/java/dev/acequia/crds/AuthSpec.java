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
    value = "has(self.apiKeysSecretName) || has(self.oidc)",
    message = "names nobody: give apiKeysSecretName, oidc or both")
public record AuthSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with API keys, several at once if wanted;"
                + " './acequia keys create' writes it. Each entry's name is a key's id, its value"
                + " one line of JSON with the key's sha256, its scopes (ingest, query) and, if"
                + " wanted, created and expires. A changed Secret is in force within seconds. No"
                + " default: no API keys.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String apiKeysSecretName,
    @JsonPropertyDescription("Tokens (JWT) of an OpenID Connect issuer. No default: no tokens.")
        @Nullable OidcSpec oidc) {}
