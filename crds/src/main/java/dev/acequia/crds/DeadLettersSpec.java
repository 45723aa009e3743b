package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/** Records that cannot be stored. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DeadLettersSpec(
    @JsonPropertyDescription(
            "Share of records, 0 to 1, that may become dead letters. Default 0.05: more than 5 % of"
                + " the last 1000 records or more end the load, with the condition Stalled, since a"
                + " wrong deploy is likelier than so many bad records. 1 never does. May change at"
                + " any time; a change restarts the consumers, and with them a load that ended.")
        @Default("0.05")
        @Min(0)
        @Max(1)
        Double maxRatio) {
  /** What holds when the spec says nothing. */
  public static final DeadLettersSpec DEFAULT = new DeadLettersSpec(0.05);

  public DeadLettersSpec {
    maxRatio = maxRatio == null ? Double.valueOf(0.05) : maxRatio;
  }
}
