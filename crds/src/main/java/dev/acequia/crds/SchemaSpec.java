package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.acequia.contract.UnknownFields;
import java.util.List;

@JsonIgnoreProperties(ignoreUnknown = true)
public record SchemaSpec(List<String> key, List<FieldSpec> fields, UnknownFields unknownFields) {}
