package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** One index of a table in DynamoDB. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record KeyIndexSpec(
    @JsonPropertyDescription(
            "Name of the global secondary index, 3 to 100 letters, digits, '_', '-' and '.'."
                + " Required.")
        @Required
        @Size(max = 100)
        @ValidationRule(
            value = "self.matches('^[A-Za-z0-9_.-]{3,100}$') && !self.startsWith('acequia_')",
            message =
                "use 3 to 100 letters, digits, '_', '-' and '.', not beginning with acequia_, as"
                    + " the index of deletions does")
        String name,
    @JsonPropertyDescription(
            "Required field whose value queries give by eq. Required. Neither boolean nor json.")
        @Required
        @Size(max = 63)
        String hash,
    @JsonPropertyDescription(
            "Required field that orders the records of one hash value; queries may filter it by"
                + " range. No default: unordered. Neither boolean nor json.")
        @Size(max = 63)
        @Nullable String range) {}
