package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether topic and table outlive the resource. */
public enum DeletionPolicy {
  @JsonProperty("Retain")
  RETAIN,
  @JsonProperty("Delete")
  DELETE
}
