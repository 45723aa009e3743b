package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The objectives that alerts are measured against; changing them changes no workload. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SloSpec(
    @JsonPropertyDescription(
            "Time from a record's acceptance to its being queryable that 99 of 100 records keep:"
                + " one whole number and s, m, h or d; not less than one and a half times the store's pace. Default: what"
                + " the store's pace allows, which is 5s for postgres and twice the commitInterval for lake. May change at any time.")
        @Size(max = 64)
        @ValidationRule(
            value = SpecDuration.RULE,
            messageExpression = SpecDuration.MESSAGE_EXPRESSION)
        @Nullable String freshness,
    @JsonPropertyDescription(
            "Share of requests, in percent, that the API answers without an error of its own, over"
                + " 30 days. Default 99.9. May change at any time.")
        @Default("99.9")
        @Min(50)
        @Max(99.999)
        Double availability) {
  /** What holds when the spec says nothing. */
  public static final SloSpec DEFAULT = new SloSpec(null, 99.9);

  public SloSpec {
    availability = availability == null ? Double.valueOf(99.9) : availability;
  }
}
