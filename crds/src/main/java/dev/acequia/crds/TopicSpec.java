package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** The topic between ingest and consumer. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TopicSpec(
    @JsonPropertyDescription(
            "Partitions of the topic, and so the most consumers that work at once. Default 6. Never"
                + " decreases; may increase in mode append, is immutable in mode upsert.")
        @Default("6")
        @Min(1)
        @Max(1000)
        Integer partitions,
    @JsonPropertyDescription(
            "How long Kafka keeps a record, stored or not: one whole number and s, m, h or d."
                + " Default 7d. A consumer that stands still for longer loses records. May change at"
                + " any time.")
        @Default("7d")
        @Size(max = 64)
        @ValidationRule(
            value = SpecDuration.RULE,
            messageExpression = SpecDuration.MESSAGE_EXPRESSION)
        String retention) {
  /** What holds when the spec says nothing. */
  public static final TopicSpec DEFAULT = new TopicSpec(6, "7d");

  public TopicSpec {
    partitions = partitions == null ? Integer.valueOf(6) : partitions;
    retention = retention == null ? "7d" : retention;
  }
}
