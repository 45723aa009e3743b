package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/** Web pages whose scripts may use the API. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value =
        "self.allowedOrigins.all(o, o == '*' || o.matches('^https?://[a-z0-9.:\\\\[\\\\]-]+$'))",
    message =
        "an origin is '*', or scheme, host and port as a browser sends them, such as"
            + " https://app.example.com, without a path",
    fieldPath = ".allowedOrigins")
public record CorsSpec(
    @JsonPropertyDescription(
            "Origins of the pages, such as https://app.example.com, or '*' for any. Required.")
        @Required
        @Size(min = 1, max = 50)
        List<@Size(max = 300) String> allowedOrigins) {
  public CorsSpec {
    allowedOrigins = allowedOrigins == null ? List.of() : List.copyOf(allowedOrigins);
  }
}
