package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** TLS on the API's own port. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TlsSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with tls.crt and tls.key in PEM, as cert-manager"
                + " writes it. A changed certificate is in force within seconds. Required.")
        @Required
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        String secretName,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with ca.crt in PEM. When it is given, every client"
                + " needs a certificate that one of its authorities has signed; without auth that"
                + " is all a client needs. No default: no client certificates.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String clientCaSecretName) {}
