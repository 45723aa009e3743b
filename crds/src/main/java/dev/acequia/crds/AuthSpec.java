package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record AuthSpec(@Nullable String apiKeysSecretName, @Nullable OidcSpec oidc) {}
