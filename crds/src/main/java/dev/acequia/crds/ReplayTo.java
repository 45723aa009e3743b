package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a replay ends. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.time) != has(self.offsets)",
    message =
        "say once where to end: to: {time: …} or to: {offsets: [{partition: …, offset: …}]}, or leave"
            + " to out")
public record ReplayTo(
    @JsonPropertyDescription(
            "RFC 3339 with offset, such as 2026-11-23T08:00:00Z: the replay ends before the first"
                + " record of each partition with this time or a later one.")
        @Size(max = 64)
        @ValidationRule(value = ReplayTime.RULE, messageExpression = ReplayTime.MESSAGE_EXPRESSION)
        @Nullable String time,
    @JsonPropertyDescription(
            "The offset of each partition before which the replay ends. In partitions that are not"
                + " listed it runs to where reading was.")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Size(min = 1, max = 1000)
        List<PartitionOffset> offsets) {
  public ReplayTo {
    offsets = offsets == null ? List.of() : List.copyOf(offsets);
  }
}
