package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table in Google BigQuery, its layout, and its pace. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.project == oldSelf.project && self.dataset == oldSelf.dataset"
            + " && has(self.table) == has(oldSelf.table)"
            + " && (!has(self.table) || self.table == oldSelf.table)",
    message =
        "project, dataset and table are immutable, since the stored records are there: create a new"
            + " pipeline for another table")
@ValidationRule(
    value =
        "has(self.location) == has(oldSelf.location)"
            + " && (!has(self.location) || self.location == oldSelf.location)",
    message = "location is immutable: create a new pipeline for another location",
    fieldPath = ".location")
@ValidationRule(
    value =
        "has(self.partitionBy) == has(oldSelf.partitionBy)"
            + " && (!has(self.partitionBy) || self.partitionBy == oldSelf.partitionBy)",
    message = "partitionBy is immutable: create a new pipeline for another layout",
    fieldPath = ".partitionBy")
@ValidationRule(
    value = "has(self.endpoint) == has(self.storageEndpoint)",
    message = "endpoint and storageEndpoint belong together: set both or neither")
public record BigQuerySpec(
    @JsonPropertyDescription(
            "Google Cloud project that has the dataset and pays for queries. Required. Immutable.")
        @Required
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^([a-z0-9.-]{1,40}:)?[a-z][a-z0-9-]{1,61}[a-z0-9]$')",
            message = "give the ID of a project, such as example-analytics")
        String project,
    @JsonPropertyDescription(
            "Dataset of the tables. The migration makes it where it is not there. Required."
                + " Immutable.")
        @Required
        @Size(max = 200)
        @ValidationRule(
            value = "self.matches('^[A-Za-z0-9_]{1,200}$')",
            message = "use letters, digits and '_'")
        String dataset,
    @JsonPropertyDescription(
            "The table's name in the dataset. Three tables beside it have the name with _acequia,"
                + " _acequia_marks and _acequia_repeats behind it. Default: NAMESPACE_PIPELINE with"
                + " '-' as '_'. Immutable.")
        @Size(max = 200)
        @ValidationRule(
            value =
                "self.matches('^[A-Za-z0-9_]{1,200}$')"
                    + " && !self.matches('_acequia(_marks|_repeats)?$')",
            message =
                "use letters, digits and '_', not ending with _acequia, _acequia_marks or"
                    + " _acequia_repeats, as the other tables do")
        @Nullable String table,
    @JsonPropertyDescription(
            "Location of the dataset, such as EU or us-west1. Default: that of the dataset, or US"
                + " where the migration makes it. Immutable.")
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[A-Za-z0-9-]{1,64}$')",
            message = "give a location, such as EU or us-west1")
        @Nullable String location,
    @JsonPropertyDescription(
            "URL of the REST interface where it is not Google's own, such as a private endpoint. No"
                + " default. May change at any time.")
        @Size(max = 500)
        @ValidationRule(value = ServiceUrl.RULE, message = ServiceUrl.MESSAGE)
        @Nullable String endpoint,
    @JsonPropertyDescription(
            "URL of the Storage Write API, which goes with endpoint. No default. May change at any"
                + " time.")
        @Size(max = 500)
        @ValidationRule(value = ServiceUrl.RULE, message = ServiceUrl.MESSAGE)
        @Nullable String storageEndpoint,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with key.json, the key of a service account. No"
                + " default: the Pods have the identities of their ServiceAccounts, see"
                + " spec.serviceAccounts. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String secretName,
    @JsonPropertyDescription(
            "The same for the API, with an account that may only read. Default: that of"
                + " secretName. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String readerSecretName,
    @JsonPropertyDescription(
            "How long records wait for others to be stored with them, 1s to 5m: one whole number"
                + " and s or m. In upsert mode each time costs a statement that changes the"
                + " positions. Default 5s. May change at any time.")
        @Default(BigQuerySpec.DEFAULT_COMMIT_INTERVAL)
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^([1-9]|[1-9][0-9]|[12][0-9]{2}|300)s$|^[1-5]m$')",
            messageExpression = "\"'\" + self + \"' is not an interval from 1s to 5m\"")
        String commitInterval,
    @JsonPropertyDescription(
            "Partitions of the table by time, so that queries read only those that can match. No"
                + " default: none. Immutable.")
        @Nullable TimePartitionSpec partitionBy,
    @JsonPropertyDescription(
            "Fields that rows are sorted by, at most 4, neither double nor json: filters by the"
                + " first of them read less. Default: the key in upsert mode, else none. May change"
                + " at any time; rows that are stored already are sorted by BigQuery in its own"
                + " time.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(max = 4)
        List<String> clusterBy,
    @JsonPropertyDescription(
            "The most that a query may read, which is what it is billed for: one whole number and"
                + " Mi, Gi or Ti, 10Mi at least. BigQuery refuses a query that would read more"
                + " before it costs anything. Default 100Gi. May change at any time.")
        @Default(BigQuerySpec.DEFAULT_MAX_BYTES_BILLED)
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[1-9][0-9]{1,5}Mi$|^[1-9][0-9]{0,4}Gi$|^[1-9][0-9]{0,2}Ti$')",
            messageExpression = "\"'\" + self + \"' is not a size from 10Mi to 999Ti\"")
        String maxBytesBilled) {
  /** What holds when the spec says nothing. */
  public static final String DEFAULT_COMMIT_INTERVAL = "5s";

  /** What holds when the spec says nothing. */
  public static final String DEFAULT_MAX_BYTES_BILLED = "100Gi";

  public BigQuerySpec {
    commitInterval = commitInterval == null ? DEFAULT_COMMIT_INTERVAL : commitInterval;
    clusterBy = clusterBy == null ? List.of() : List.copyOf(clusterBy);
    maxBytesBilled = maxBytesBilled == null ? DEFAULT_MAX_BYTES_BILLED : maxBytesBilled;
  }
}
