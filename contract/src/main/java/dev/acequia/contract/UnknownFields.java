package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a field that the schema does not name. */
public enum UnknownFields {
  @JsonProperty("reject")
  REJECT,
  @JsonProperty("drop")
  DROP
}
