package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.FieldType;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** One field of a record. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.type == oldSelf.type"
            + " || (oldSelf.type == 'int32' && self.type in ['int64', 'decimal'])"
            + " || (oldSelf.type == 'int64' && self.type == 'decimal')"
            + " || (oldSelf.type == 'date' && self.type == 'timestamp')",
    messageExpression =
        "\"field '\" + self.name + \"' cannot change from \" + oldSelf.type + ' to ' + self.type"
            + " + ': a type may only widen, int32 to int64 to decimal, date to timestamp; add a"
            + " field of another name instead'",
    fieldPath = ".type")
public record FieldSpec(
    @JsonPropertyDescription(
            "Name of the field and its column. Required. Lower-case letters, digits and '_', a"
                + " letter first, at most 63; not select, order, limit, offset, cursor, and, or,"
                + " not, which mean something in a query.")
        @Required
        @Size(max = 256)
        @ValidationRule(
            value = "self.matches('^[a-z][a-z0-9_]{0,62}$')",
            messageExpression =
                "\"'\" + self + \"' cannot name a field: use lower-case letters, digits and '_',"
                    + " begin with a letter, at most 63 characters\"")
        @ValidationRule(
            value =
                "!(self in ['select', 'order', 'limit', 'offset', 'cursor', 'and', 'or', 'not'])",
            messageExpression =
                "\"'\" + self + \"' cannot name a field: it is a parameter of queries, as are"
                    + " select, order, limit, offset, cursor, and, or, not; choose another name\"")
        String name,
    @JsonPropertyDescription(
            "Type of the values. Required. string, int32, int64, double, decimal (a JSON number or"
                + " string of at most 4,096 digits), boolean, date (2013-01-31), timestamp (RFC"
                + " 3339 with offset, kept to the microsecond), uuid, json (any JSON value). May"
                + " only widen: int32 to int64 to decimal, date to timestamp (midnight in UTC); a"
                + " key field only from int32 to int64.")
        @Required
        FieldType type,
    @JsonPropertyDescription(
            "Whether every record must have a value that is not null. Default false. Adding it to"
                + " a field that holds nulls, or a required field to a table that holds records, is"
                + " refused by the store; dropping it is always possible, but for key fields.")
        // No default in the CRD: filled into items of a list, it makes kubectl apply send a patch
        // for a file that has not changed.
        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean required,
    @JsonPropertyDescription(
            "What the field means, for people; shown on the API's documentation page. No default."
                + " May change at any time.")
        @Size(max = 500)
        @Nullable String description) {}
