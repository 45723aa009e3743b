package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** Consumers by lag. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(value = "self.min <= self.max", message = "min is over max: lower min or raise max")
public record ConsumerScalingSpec(
    @JsonPropertyDescription(
            "Fewest consumers. Default 1. 0 lets an idle pipeline run none; the first record then"
                + " waits for one to start. May change at any time.")
        @Default("1")
        @Min(0)
        @Max(1000)
        Integer min,
    @JsonPropertyDescription(
            "Most consumers. Required. More than topic.partitions are never started. May change at"
                + " any time.")
        @Required
        @Min(1)
        @Max(1000)
        Integer max,
    @JsonPropertyDescription(
            "Records of lag for which one more consumer is started. Default 10000. May change at"
                + " any time.")
        @Default("10000")
        @Min(1)
        Long lagPerReplica) {
  public ConsumerScalingSpec {
    min = min == null ? Integer.valueOf(1) : min;
    lagPerReplica = lagPerReplica == null ? Long.valueOf(10_000) : lagPerReplica;
  }
}
