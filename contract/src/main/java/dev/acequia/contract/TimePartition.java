package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A table's partitions by time: one for each unit.
 *
 * @param field a date or a timestamp; a date has no hours
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TimePartition(String field, Unit unit) {
  /** BigQuery's units of time. */
  public enum Unit {
    @JsonProperty("hour")
    HOUR,
    @JsonProperty("day")
    DAY,
    @JsonProperty("month")
    MONTH,
    @JsonProperty("year")
    YEAR
  }
}
