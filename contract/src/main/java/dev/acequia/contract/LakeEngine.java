package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What answers queries over a lake's table. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes(@JsonSubTypes.Type(value = LakeEngine.DuckDb.class, name = LakeEngine.DuckDb.KIND))
public sealed interface LakeEngine {
  /**
   * DuckDB in the API's own process.
   *
   * @param cacheBytes how much of the table's files is kept on the Pod's disk
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record DuckDb(long cacheBytes) implements LakeEngine {
    public static final String KIND = "duckdb";
  }
}
