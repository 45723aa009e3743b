package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** The objectives that alerts are measured against; changing them changes no workload. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SloSpec(
    @JsonPropertyDescription(
            "Time from a record's acceptance to its being queryable that 99 of 100 records keep:"
                + " one whole number and s, m, h or d. Default 5s. May change at any time.")
        @Default("5s")
        @Size(max = 64)
        @ValidationRule(
            value = SpecDuration.RULE,
            messageExpression = SpecDuration.MESSAGE_EXPRESSION)
        String freshness,
    @JsonPropertyDescription(
            "Share of requests, in percent, that the API answers without an error of its own, over"
                + " 30 days. Default 99.9. May change at any time.")
        @Default("99.9")
        @Min(50)
        @Max(99.999)
        Double availability) {
  /** What holds when the spec says nothing. */
  public static final SloSpec DEFAULT = new SloSpec("5s", 99.9);

  public SloSpec {
    freshness = freshness == null ? "5s" : freshness;
    availability = availability == null ? Double.valueOf(99.9) : availability;
  }
}
