package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.Digits;
import dev.acequia.contract.FieldType;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
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
// Messages name no numbers: the length of a number's text has no bounded cost.
@ValidationRule(
    value = "self.type == 'decimal' || !(has(self.precision) || has(self.scale))",
    messageExpression =
        "\"field '\" + self.name + \"' is of type \" + self.type"
            + " + ', which has neither precision nor scale: remove them, or make it a decimal'",
    fieldPath = ".precision")
@ValidationRule(
    value = "!has(self.scale) || (has(self.precision) && self.scale <= self.precision)",
    messageExpression =
        "\"field '\" + self.name + \"' has a scale and \""
            + " + (has(self.precision) ? 'a smaller precision' : 'no precision')"
            + " + ': precision counts all digits and scale those after the point; set a precision of at"
            + " least the scale, or remove both'",
    fieldPath = ".scale")
@ValidationRule(
    value =
        "!has(self.precision) || (oldSelf.type == 'int32' ? "
            + FieldSpec.BEFORE_POINT
            + " >= 10 : oldSelf.type == 'int64' ? "
            + FieldSpec.BEFORE_POINT
            + " >= 19 : oldSelf.type != 'decimal' || (has(oldSelf.precision)"
            + " && self.precision >= oldSelf.precision && "
            + FieldSpec.SCALE
            + " == (has(oldSelf.scale) ? oldSelf.scale : 0)))",
    messageExpression =
        "\"field '\" + self.name + \"' cannot get this precision and scale: a precision may grow with"
            + " the same scale or be removed, and an int32 needs 10 digits before the point, an int64"
            + " 19; add a field of another name instead\"",
    fieldPath = ".precision")
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
                + " string of at most 4,096 digits, or of those that precision and scale allow),"
                + " boolean, date (2013-01-31), timestamp (RFC 3339 with offset, kept to the"
                + " microsecond), uuid, json (any JSON value). May only widen: int32 to int64 to"
                + " decimal, date to timestamp (midnight in UTC); a key field only from int32 to"
                + " int64.")
        @Required
        FieldType type,
    @JsonPropertyDescription(
            "How many digits a decimal has at most, before and after its point together. Only for"
                + " type decimal. No default: as many as the store holds. A record with a value that"
                + " has more is refused, never rounded. May grow while scale stays, or be removed"
                + " together with scale; a lake allows the removal for scale 18 only.")
        @Min(1)
        @Max(Digits.MAX_PRECISION)
        @Nullable Integer precision,
    @JsonPropertyDescription(
            "How many of a decimal's digits stand after its point, at most; zeros behind the last"
                + " other digit do not count. Needs precision. Default 0 where precision is set."
                + " Immutable, but may be removed together with precision.")
        @Min(0)
        @Max(Digits.MAX_PRECISION)
        @Nullable Integer scale,
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
        @Nullable String description) {
  /** A scale that is absent counts as 0. */
  static final String SCALE = "(has(self.scale) ? self.scale : 0)";

  static final String BEFORE_POINT = "self.precision - " + SCALE;

  /** What a decimal must fit; null where it may have any digits. */
  public @Nullable Digits digits() {
    return precision == null ? null : new Digits(precision, scale == null ? 0 : scale);
  }
}
