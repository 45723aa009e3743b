package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What is to be read again. */
@JsonClassDescription("What is to be read again. Immutable.")
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self == oldSelf",
    message =
        "a replay is carried out once, so its spec is immutable: apply another one under a new name,"
            + " or delete this one first")
@ValidationRule(
    value =
        "!has(self.to) || !has(self.to.time) || !has(self.from.time)"
            + " || timestamp(self.from.time) < timestamp(self.to.time)",
    message = "to is not after from: nothing would be read; give a later time, or none",
    fieldPath = ".to.time")
public record DataPipelineReplaySpec(
    @JsonPropertyDescription("Name of the DataPipeline in the same namespace. Required.")
        @Required
        @Size(max = 256)
        @ValidationRule(
            value = "size(self) <= 40 && self.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            messageExpression =
                "\"'\" + self + \"' cannot name a pipeline: give the name of a DataPipeline in this"
                    + " namespace\"")
        String pipeline,
    @JsonPropertyDescription("Where to begin. Required, exactly one of time, offsets and earliest.")
        @Required
        ReplayFrom from,
    @JsonPropertyDescription(
            "Where to end: reading then jumps back to where it was. For mode append only, since in"
                + " mode upsert older values alone would win. No default: the replay runs to where"
                + " reading was.")
        @Nullable ReplayTo to,
    @JsonPropertyDescription(
            "Only say how many records would be read, and from where. Default false.")
        @Default("false")
        boolean dryRun) {}
