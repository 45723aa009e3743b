package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table in PostgreSQL, and whose roles work on it. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.writerSecretName) == has(self.readerSecretName)",
    message =
        "give writerSecretName and readerSecretName both, or neither: then the migration creates"
            + " both roles")
@ValidationRule(
    value =
        "has(self.schema) == has(oldSelf.schema) && has(self.table) == has(oldSelf.table)"
            + " && (!has(self.schema) || self.schema == oldSelf.schema)"
            + " && (!has(self.table) || self.table == oldSelf.table)",
    message =
        "schema and table are immutable, since the stored records are there: create a new pipeline"
            + " for another table")
public record PostgresSpec(
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with the keys uri (postgresql://host:port/database),"
                + " username and password, of a role that may create schemas and roles. Required."
                + " Only the migration uses it. May change at any time, to credentials of the same"
                + " database.")
        @Required
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        String secretName,
    @JsonPropertyDescription(
            "Database schema of the table; created when absent. Default: the namespace with '-' as"
                + " '_', and '_' before it where PostgreSQL keeps the name for itself, as pg_x."
                + " Immutable.")
        @Size(max = 256)
        @ValidationRule(
            value =
                "self.matches('^[a-z_][a-z0-9_]{0,62}$') && !self.startsWith('pg_')"
                    + " && self != 'information_schema'",
            message =
                "use lower-case letters, digits and '_', at most 63 characters, not beginning with"
                    + " a digit or pg_, and not information_schema")
        @Nullable String schema,
    @JsonPropertyDescription(
            "Name of the table. Default: the pipeline's name with '-' as '_'. Immutable.")
        @Size(max = 256)
        @ValidationRule(
            value = "self.matches('^[a-z_][a-z0-9_]{0,62}$') && !self.startsWith('_acequia_')",
            message =
                "use lower-case letters, digits and '_', at most 63 characters, not beginning with"
                    + " a digit or with _acequia_, as the tables beside it do")
        @Nullable String table,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with username and password of a ready role that may"
                + " write the table, where the role of secretName may not create any. No default:"
                + " the migration creates a role. Needs readerSecretName. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String writerSecretName,
    @JsonPropertyDescription(
            "Secret in the pipeline's namespace with username and password of a ready role that may"
                + " read the table. No default: the migration creates a role. Needs"
                + " writerSecretName. May change at any time.")
        @Size(max = 253)
        @ValidationRule(value = SecretName.RULE, message = SecretName.MESSAGE)
        @Nullable String readerSecretName,
    @JsonPropertyDescription(
            "Indexes that queries need beside the primary key. No default. The migration builds"
                + " them without blocking writes, and drops those it built that are no longer"
                + " listed. May change at any time.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(max = 16)
        List<IndexSpec> indexes,
    @JsonPropertyDescription(
            "Refuses a query that neither key nor index serves when the database expects it to cost"
                + " as much as reading more rows than this. 0 lets every query run into the"
                + " statement's timeout. Default 5000000. May change at any time.")
        @Default("5000000")
        @Min(0)
        @Max(1_000_000_000_000L)
        Long maxScanRows) {
  /** What holds when the spec says nothing. */
  public static final long DEFAULT_MAX_SCAN_ROWS = 5_000_000;

  public PostgresSpec {
    indexes = indexes == null ? List.of() : List.copyOf(indexes);
    maxScanRows = maxScanRows == null ? Long.valueOf(DEFAULT_MAX_SCAN_ROWS) : maxScanRows;
  }
}
