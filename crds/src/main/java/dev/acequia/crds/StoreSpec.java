package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Exactly one store. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StoreSpec(
    @JsonPropertyDescription("A table in PostgreSQL.") @Nullable PostgresSpec postgres,
    @JsonPropertyDescription(
            "A table in the Apache Iceberg format: Parquet files in an object store, which other"
                + " engines can read too.")
        @Nullable LakeSpec lake,
    @JsonPropertyDescription(
            "A table in Amazon DynamoDB. Queries find records by their key and by declared indexes"
                + " only.")
        @Nullable DynamoDbSpec dynamodb,
    @JsonPropertyDescription("A table in Google BigQuery.") @Nullable BigQuerySpec bigquery) {
  /** Of a spec that names none. */
  public static final StoreSpec NONE = new StoreSpec(null, null, null, null);
}
