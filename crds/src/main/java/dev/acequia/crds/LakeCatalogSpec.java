package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Exactly one catalog. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "(has(self.jdbc) ? 1 : 0) + (has(self.glue) ? 1 : 0) + (has(self.rest) ? 1 : 0) == 1",
    message = "name one catalog: jdbc: {secretName: …}, glue: {} or rest: {uri: …}")
@ValidationRule(
    value =
        "has(self.jdbc) == has(oldSelf.jdbc) && has(self.glue) == has(oldSelf.glue)"
            + " && has(self.rest) == has(oldSelf.rest)",
    message =
        "the kind of catalog is immutable, since it alone knows the table: create a new pipeline"
            + " for another catalog")
public record LakeCatalogSpec(
    @JsonPropertyDescription("A schema in PostgreSQL, of the pipeline's own.")
        @Nullable JdbcCatalogSpec jdbc,
    @JsonPropertyDescription(
            "The AWS Glue Data Catalog, in the store's region, by the Pods' own identity.")
        @Nullable GlueCatalogSpec glue,
    @JsonPropertyDescription("A catalog that speaks Iceberg's REST protocol.")
        @Nullable RestCatalogSpec rest) {}
