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

/** A table in the Apache Iceberg format, its catalog, and its pace. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        // A word that CEL keeps for itself is escaped.
        "self.location == oldSelf.location && has(self.__namespace__) =="
            + " has(oldSelf.__namespace__)"
            + " && (!has(self.__namespace__) || self.__namespace__ == oldSelf.__namespace__)"
            + " && has(self.table) == has(oldSelf.table)"
            + " && (!has(self.table) || self.table == oldSelf.table)",
    message =
        "location, namespace and table are immutable, since the stored records are there: create a"
            + " new pipeline for another table")
@ValidationRule(
    value =
        "has(self.partitionBy) == has(oldSelf.partitionBy)"
            + " && (!has(self.partitionBy) || self.partitionBy == oldSelf.partitionBy)",
    message = "partitionBy is immutable: create a new pipeline for another layout",
    fieldPath = ".partitionBy")
public record LakeSpec(
    @JsonPropertyDescription(
            "Folder of the table's files, and of no other table's: s3://bucket/folder. Where"
                + " platform.store.localFolders allows it, also file:///folder of the Pods'"
                + " machine. Required. Immutable.")
        @Required
        @Size(max = 900)
        @ValidationRule(
            value =
                "self.matches('^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|file://)(/[A-Za-z0-9_=.-]+)+$')"
                    + " && !self.matches('/[.]{1,2}(/|$)')",
            message =
                "give s3://bucket/folder, or file:///folder where the platform allows it; folders"
                    + " have letters, digits and _ = . -, and no / at the end")
        String location,
    @JsonPropertyDescription(
            "What knows the table's newest version. Required, exactly one. Its kind is immutable.")
        @Required
        LakeCatalogSpec catalog,
    @JsonPropertyDescription(
            "AWS region of the bucket, and of Glue. No default: that of the Pods' environment. May"
                + " change at any time.")
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[a-z0-9][a-z0-9-]*$')",
            message = "give the name of a region, such as us-west-2")
        @Nullable String region,
    @JsonPropertyDescription(
            "URL of the object store where it is not Amazon S3, such as"
                + " https://minio.example.com:9000. No default. May change at any time.")
        @Size(max = 500)
        @ValidationRule(value = ServiceUrl.RULE, message = ServiceUrl.MESSAGE)
        @Nullable String endpoint,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with accessKeyId and secretAccessKey of the object"
                + " store. No default: the Pods have the identities of their ServiceAccounts, see"
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
            "The table's namespace in the catalog, which Glue calls a database. Default: the"
                + " pipeline's namespace with '-' as '_'. Immutable.")
        @Size(max = 256)
        @ValidationRule(value = LakeSpec.NAME_RULE, message = LakeSpec.NAME_MESSAGE)
        @Nullable String namespace,
    @JsonPropertyDescription(
            "The table's name in the catalog. Default: the pipeline's name with '-' as '_'."
                + " Immutable.")
        @Size(max = 256)
        @ValidationRule(value = LakeSpec.NAME_RULE, message = LakeSpec.NAME_MESSAGE)
        @Nullable String table,
    @JsonPropertyDescription(
            "How long records wait for others to be committed with them, 1s to 5m: one whole number"
                + " and s or m. Each commit adds files and a version of the table, so a short"
                + " interval makes queries slower. A commit comes sooner when 32 MiB are there,"
                + " before they are compressed."
                + " Default 30s. May change at any time.")
        @Default(LakeSpec.DEFAULT_COMMIT_INTERVAL)
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^([1-9]|[1-9][0-9]|[12][0-9]{2}|300)s$|^[1-5]m$')",
            messageExpression = "\"'\" + self + \"' is not an interval from 1s to 5m\"")
        String commitInterval,
    @JsonPropertyDescription(
            "How the files are parted, so that queries read only those that can match. No default:"
                + " not at all. Immutable.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(max = 8)
        List<LakePartitionSpec> partitionBy,
    @JsonPropertyDescription("What answers queries.") @Default("{}") LakeQuerySpec query) {
  /** What holds when the spec says nothing. */
  public static final String DEFAULT_COMMIT_INTERVAL = "30s";

  static final String NAME_RULE = "self.matches('^[a-z_][a-z0-9_]{0,62}$')";

  static final String NAME_MESSAGE =
      "use lower-case letters, digits and '_', at most 63 characters, not beginning with a digit";

  public LakeSpec {
    commitInterval = commitInterval == null ? DEFAULT_COMMIT_INTERVAL : commitInterval;
    partitionBy = partitionBy == null ? List.of() : List.copyOf(partitionBy);
    query = query == null ? LakeQuerySpec.DEFAULT : query;
  }
}
