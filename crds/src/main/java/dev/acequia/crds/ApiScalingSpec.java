package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** API processes by load. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(value = "self.min <= self.max", message = "min is over max: lower min or raise max")
public record ApiScalingSpec(
    @JsonPropertyDescription("Fewest API processes. Default 1. May change at any time.")
        @Default("1")
        @Min(1)
        @Max(100)
        Integer min,
    @JsonPropertyDescription("Most API processes. Required. May change at any time.")
        @Required
        @Min(1)
        @Max(100)
        Integer max) {
  public ApiScalingSpec {
    min = min == null ? Integer.valueOf(1) : min;
  }
}
