package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** What answers queries over a lake's table. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LakeQuerySpec(
    @JsonPropertyDescription(
            "The engine: duckdb, in the API's own process. Default duckdb. May change at any time.")
        @Default("duckdb")
        Engine engine,
    @JsonPropertyDescription(
            "How much of the table's files each API Pod keeps on its node's disk, 64Mi to 1000Gi:"
                + " one whole number and Mi or Gi. Default 2Gi. May change at any time.")
        @Default("2Gi")
        @Size(max = 64)
        @ValidationRule(
            value =
                "self.matches('^(6[4-9]|[7-9][0-9]|[1-9][0-9]{2,5})Mi$|^([1-9][0-9]{0,2}|1000)Gi$')",
            messageExpression = "\"'\" + self + \"' is not a size from 64Mi to 1000Gi\"")
        String cache) {
  /** What holds when the spec says nothing. */
  public static final LakeQuerySpec DEFAULT = new LakeQuerySpec(Engine.DUCKDB, "2Gi");

  /** Known engines. */
  public enum Engine {
    @JsonProperty("duckdb")
    DUCKDB
  }

  public LakeQuerySpec {
    engine = engine == null ? Engine.DUCKDB : engine;
    cache = cache == null ? "2Gi" : cache;
  }
}
