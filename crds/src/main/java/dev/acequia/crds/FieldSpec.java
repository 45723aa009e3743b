package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.acequia.contract.FieldType;
import org.jspecify.annotations.Nullable;

@JsonIgnoreProperties(ignoreUnknown = true)
public record FieldSpec(
    String name, FieldType type, boolean required, @Nullable String description) {}
