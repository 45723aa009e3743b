package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The types a field can have; see docs/crd-reference.md for their JSON form and column type. */
public enum FieldType {
  @JsonProperty("string")
  STRING,
  @JsonProperty("int32")
  INT32,
  @JsonProperty("int64")
  INT64,
  @JsonProperty("double")
  DOUBLE,
  @JsonProperty("decimal")
  DECIMAL,
  @JsonProperty("boolean")
  BOOLEAN,
  @JsonProperty("date")
  DATE,
  @JsonProperty("timestamp")
  TIMESTAMP,
  @JsonProperty("uuid")
  UUID,
  @JsonProperty("json")
  JSON
}
