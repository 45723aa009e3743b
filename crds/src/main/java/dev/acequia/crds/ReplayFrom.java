package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a replay begins. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "(has(self.time) ? 1 : 0) + (has(self.offsets) ? 1 : 0) + (has(self.earliest) ? 1 : 0) == 1",
    message =
        "say once where to begin: from: {time: …}, from: {offsets: [{partition: …, offset: …}]} or"
            + " from: {earliest: true}")
@ValidationRule(
    value = "!has(self.earliest) || self.earliest",
    message = "earliest is true or absent: give a time or offsets to begin later",
    fieldPath = ".earliest")
public record ReplayFrom(
    @JsonPropertyDescription(
            "RFC 3339 with offset, such as 2026-11-23T06:00:00Z: the first record of each partition"
                + " with this time or a later one. A record's time is when it was accepted.")
        @Size(max = 64)
        @ValidationRule(value = ReplayTime.RULE, messageExpression = ReplayTime.MESSAGE_EXPRESSION)
        @Nullable String time,
    @JsonPropertyDescription(
            "The first offset of each partition. Partitions that are not listed are not replayed.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(min = 1, max = 1000)
        List<PartitionOffset> offsets,
    @JsonPropertyDescription("The first record that Kafka still has. Only true makes sense.")
        @Nullable Boolean earliest) {
  public ReplayFrom {
    offsets = offsets == null ? List.of() : List.copyOf(offsets);
  }
}
