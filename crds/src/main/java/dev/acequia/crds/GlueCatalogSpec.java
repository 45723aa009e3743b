package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The AWS Glue Data Catalog. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GlueCatalogSpec(
    @JsonPropertyDescription(
            "The AWS account that owns the catalog. No default: that of the credentials.")
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[0-9]{12}$')",
            message = "give an account id of 12 digits, in quotes")
        @Nullable String catalogId,
    @JsonPropertyDescription("An address other than the region's own. No default.")
        @Size(max = 500)
        @ValidationRule(value = ServiceUrl.RULE, message = ServiceUrl.MESSAGE)
        @Nullable String endpoint) {}
