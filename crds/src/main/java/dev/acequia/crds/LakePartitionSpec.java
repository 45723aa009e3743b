package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.Division;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** One way in which the files are parted. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.width) == (self.transform in ['bucket', 'truncate'])",
    message = "bucket and truncate need a width, the other transforms have none")
public record LakePartitionSpec(
    @JsonPropertyDescription("A field of the schema. Required.") @Required @Size(max = 63)
        String field,
    @JsonPropertyDescription(
            "What rows of one file have in common: the value (identity), the year, month, day or"
                + " hour of a date or timestamp, the bucket of a hash, or what is left when text or"
                + " a number is truncated. Required.")
        @Required
        Division.Transform transform,
    @JsonPropertyDescription(
            "The number of buckets, or what text is cut to and numbers are rounded down by; only"
                + " with bucket and truncate.")
        @Min(1)
        @Max(100_000)
        @Nullable Integer width) {}
