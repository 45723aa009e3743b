package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/** Exactly one store. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record StoreSpec(@Nullable PostgresSpec postgres) {}
