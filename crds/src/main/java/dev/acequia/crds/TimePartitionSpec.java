package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.acequia.contract.TimePartition;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A table's partitions by time. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TimePartitionSpec(
    @JsonPropertyDescription("A field of the schema, of type date or timestamp. Required.")
        @Required
        @Size(max = 63)
        String field,
    @JsonPropertyDescription(
            "One partition for each hour, day, month or year; a date has no hours. BigQuery keeps"
                + " 10,000 partitions of a table. Default day.")
        @Default("day")
        TimePartition.Unit unit) {
  public TimePartitionSpec {
    unit = unit == null ? TimePartition.Unit.DAY : unit;
  }
}
