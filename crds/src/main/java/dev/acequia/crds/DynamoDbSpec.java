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

/** A table in Amazon DynamoDB, and its indexes. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.region == oldSelf.region && has(self.table) == has(oldSelf.table)"
            + " && (!has(self.table) || self.table == oldSelf.table)",
    message =
        "region and table are immutable, since the stored records are there: create a new pipeline"
            + " for another table")
public record DynamoDbSpec(
    @JsonPropertyDescription(
            "The table's name in the account and region. A second table beside it has the name with"
                + " _acequia behind it. Default: NAMESPACE.PIPELINE. Immutable.")
        @Size(max = 200)
        @ValidationRule(
            value = "self.matches('^[A-Za-z0-9_.-]{3,200}$') && !self.endsWith('_acequia')",
            message =
                "use 3 to 200 letters, digits, '_', '-' and '.', not ending with _acequia, as the"
                    + " second table does")
        @Nullable String table,
    @JsonPropertyDescription("AWS region of the table. Required. Immutable.")
        @Required
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[a-z0-9][a-z0-9-]*$')",
            message = "give the name of a region, such as us-west-2")
        String region,
    @JsonPropertyDescription(
            "URL of the service where it is not AWS's own, such as an interface endpoint. No"
                + " default. May change at any time.")
        @Size(max = 500)
        @ValidationRule(value = ServiceUrl.RULE, message = ServiceUrl.MESSAGE)
        @Nullable String endpoint,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with accessKeyId and secretAccessKey. No default:"
                + " the Pods have the identities of their ServiceAccounts, see"
                + " spec.serviceAccounts. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String secretName,
    @JsonPropertyDescription(
            "The same for the API, with a key that may only read. Default: that of secretName. May"
                + " change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String readerSecretName,
    @JsonPropertyDescription(
            "Global secondary indexes, by which queries find records beside the key. No default."
                + " The migration builds them and drops those it built that are no longer listed."
                + " Each record is written once more for each of them. May change at any time.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(max = 16)
        @ValidationRule(
            value = "self.all(i, self.exists_one(other, other.name == i.name))",
            message = "two indexes have one name: give each a name of its own")
        List<KeyIndexSpec> indexes,
    @JsonPropertyDescription(
            "Field of type date or timestamp after which a record is no longer found, and DynamoDB"
                + " removes it. No default: records stay. May change at any time; records that are"
                + " stored already keep their time.")
        @Size(max = 63)
        @Nullable String ttlField,
    @JsonPropertyDescription(
            "Whether the migration creates and changes both tables. false: it compares them with"
                + " what is needed and says what differs; they stay when the pipeline is deleted."
                + " Default true. May change at any time.")
        @Default("true")
        Boolean create,
    @JsonPropertyDescription(
            "Throughput that is paid for in advance. No default: each request is paid for. May"
                + " change as often as DynamoDB allows.")
        @Nullable BillingSpec billing) {

  /**
   * Of a topic. All positions are one item of 400 KiB, and so is the ledger with its generations;
   * each advance pays for all positions.
   */
  static final int MOST_PARTITIONS = 300;

  public DynamoDbSpec {
    indexes = indexes == null ? List.of() : List.copyOf(indexes);
    create = create == null ? Boolean.TRUE : create;
  }
}
