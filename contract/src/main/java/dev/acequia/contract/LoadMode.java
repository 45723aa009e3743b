package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How records enter the store: every record a row, or the newest for each key. */
public enum LoadMode {
  @JsonProperty("append")
  APPEND,
  @JsonProperty("upsert")
  UPSERT
}
