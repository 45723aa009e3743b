package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** An OpenID Connect issuer whose tokens are accepted. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OidcSpec(
    @JsonPropertyDescription("URL of the issuer, the iss of its tokens. Required.")
        @Required
        @Size(max = 500)
        @ValidationRule(
            value = "self.startsWith('https://')",
            message = "give an issuer's URL that begins with https://")
        String issuer,
    @JsonPropertyDescription("The aud that tokens must carry. Required.") @Required @Size(max = 500)
        String audience) {}
