package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.LoadMode;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import org.jspecify.annotations.Nullable;

/** The load from topic to store. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.scaling)",
    message =
        "not available in this version: remove scaling and set replicas, or run kubectl scale"
            + " --replicas on the DataPipeline",
    fieldPath = ".scaling")
public record ConsumerSpec(
    @JsonPropertyDescription(
            "Default append: every record is a row. upsert: the newest record for each schema.key"
                + " is the row. Immutable.")
        @Default("append")
        @ValidationRule(
            value = "self == oldSelf",
            messageExpression =
                "'mode is immutable, since the table is built for ' + oldSelf"
                    + " + ': create a new pipeline for another mode'")
        LoadMode mode,
    @JsonPropertyDescription(
            "Number of consumers. Default 1. More than topic.partitions stand idle; 0 stops the"
                + " load as suspend does. `kubectl scale` sets it. May change at any time.")
        @Default("1")
        @Min(0)
        @Max(1000)
        @SpecReplicas
        Integer replicas,
    @JsonPropertyDescription(
            "Number of consumers by lag. No default: replicas counts. Not available in this version:"
                + " refused.")
        @Nullable ConsumerScalingSpec scaling,
    @JsonPropertyDescription(
            "Records that cannot be stored: each goes to the topic <namespace>.<name>.dlq, and the"
                + " others land.")
        @Default("{}")
        DeadLettersSpec deadLetters) {
  /** What holds when the spec says nothing. */
  public static final ConsumerSpec DEFAULT =
      new ConsumerSpec(LoadMode.APPEND, 1, null, DeadLettersSpec.DEFAULT);

  public ConsumerSpec {
    mode = mode == null ? LoadMode.APPEND : mode;
    replicas = replicas == null ? Integer.valueOf(1) : replicas;
    deadLetters = deadLetters == null ? DeadLettersSpec.DEFAULT : deadLetters;
  }
}
