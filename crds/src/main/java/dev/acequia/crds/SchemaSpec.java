package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.UnknownFields;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Fields, their types, and the key. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
// Messages name the first culprit only: joining a filtered list has no bounded cost.
@ValidationRule(
    value = "!has(self.key) || self.key.all(k, self.fields.exists(f, f.name == k))",
    messageExpression =
        "\"key names '\" + self.key.filter(k, !self.fields.exists(f, f.name == k))[0]"
            + " + \"', which is not among fields: add the field or correct the name\"",
    fieldPath = ".key")
@ValidationRule(
    value = "!has(self.key) || self.key.all(k, self.key.exists_one(other, other == k))",
    message = "key names a field twice: name each once",
    fieldPath = ".key")
@ValidationRule(
    value =
        "!has(self.key) || self.fields.all(f, (has(f.required) && f.required) || !(f.name in self.key))",
    messageExpression =
        "\"a record without its key has no identity: add required: true to field '\""
            + " + self.key.filter(k, self.fields.exists(f, f.name == k && !(has(f.required) && f.required)))[0] + \"'\"",
    fieldPath = ".fields")
@ValidationRule(
    value =
        "!has(self.key) || self.fields.all(f, !(f.type in ['double', 'json'] && f.name in"
            + " self.key))",
    messageExpression =
        "\"a key needs an exact equality, which double and json lack: give another type to field '\""
            + " + self.key.filter(k, self.fields.exists(f, f.name == k"
            + " && f.type in ['double', 'json']))[0] + \"'\"",
    fieldPath = ".fields")
@ValidationRule(
    value = "has(self.key) == has(oldSelf.key) && (!has(self.key) || self.key == oldSelf.key)",
    messageExpression =
        "'key is immutable, since stored records are identified by it: keep '"
            + " + (has(oldSelf.key) ? oldSelf.key.join(', ') : 'it absent')"
            + " + ' or create a new pipeline'",
    fieldPath = ".key")
// Narrowing is a field's own rule; int32 and int64 are written alike in a record key.
@ValidationRule(
    value =
        "!has(self.key) || !has(oldSelf.key) || self.key != oldSelf.key ||"
            + " self.key.map(k, self.fields.filter(f, f.name == k)"
            + ".map(f, f.type == 'int32' ? 'int64' : f.type)) =="
            + " oldSelf.key.map(k, oldSelf.fields.filter(f, f.name == k)"
            + ".map(f, f.type == 'int32' ? 'int64' : f.type))",
    message =
        "a key field's type may only widen from int32 to int64: in any other type the same record"
            + " would have another key",
    fieldPath = ".fields")
public record SchemaSpec(
    @JsonPropertyDescription(
            "Names of the fields that identify a record, in the order in which they make up the"
                + " Kafka record key. No default; required for mode upsert, where it is the table's"
                + " primary key. In mode append it only places equal keys in one partition and is"
                + " not unique. Key fields are required: true and neither double nor json."
                + " Immutable.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(min = 1, max = 16)
        List<@Size(max = 63) String> key,
    @JsonPropertyDescription(
            "The fields of a record, each a column of the same name. Required. Fields may be added;"
                + " a type may only widen: int32 to int64 to decimal, date to timestamp.")
        @Required
        @Size(min = 1, max = 500)
        List<FieldSpec> fields,
    @JsonPropertyDescription(
            "What becomes of a record with a field that is not listed. Default reject: the record"
                + " is refused, or a dead letter if it is in the topic already. drop: it is stored"
                + " without that field. May change at any time.")
        @Default("reject")
        UnknownFields unknownFields) {
  public SchemaSpec {
    key = key == null ? List.of() : List.copyOf(key);
    fields = fields == null ? List.of() : List.copyOf(fields);
    unknownFields = unknownFields == null ? UnknownFields.REJECT : unknownFields;
  }
}
