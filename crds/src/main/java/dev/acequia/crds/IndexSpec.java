package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** One index of the table. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record IndexSpec(
    @JsonPropertyDescription(
            "Fields of the schema in the order of the index: first those that are compared with eq"
                + " or in, then the one that is compared by range or ordered by. Required. Not of"
                + " type json.")
        @Required
        @Size(min = 1, max = 8)
        @ValidationRule(
            value = "self.all(f, self.exists_one(other, other == f))",
            message = "an index names a field twice: name each once")
        List<@Size(max = 63) String> fields) {
  public IndexSpec {
    fields = fields == null ? List.of() : List.copyOf(fields);
  }
}
