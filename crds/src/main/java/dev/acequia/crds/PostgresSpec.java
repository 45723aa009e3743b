package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record PostgresSpec(
    String secretName,
    @Nullable String schema,
    @Nullable String table,
    @Nullable String writerSecretName,
    @Nullable String readerSecretName) {}
