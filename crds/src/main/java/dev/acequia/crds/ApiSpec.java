package dev.acequia.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The HTTP API. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "!has(self.scaling)",
    message = "not available in this version: remove scaling and set replicas",
    fieldPath = ".scaling")
@ValidationRule(
    value = "!has(self.host)",
    message = "not available in this version: remove host and use the address in status.endpoint",
    fieldPath = ".host")
public record ApiSpec(
    @JsonPropertyDescription("Number of API processes. Default 1. May change at any time.")
        @Default("1")
        @Min(1)
        @Max(100)
        Integer replicas,
    @JsonPropertyDescription(
            "Most records that one query's page holds; the query parameter limit asks for fewer."
                + " Default 10000. May change at any time.")
        @Default("10000")
        @Min(1)
        @Max(100000)
        Integer maxPageSize,
    @JsonPropertyDescription(
            "Number of API processes by load. No default: replicas counts. Not available in this"
                + " version: refused.")
        @Nullable ApiScalingSpec scaling,
    @JsonPropertyDescription(
            "Who may use the API: holders of an API key, of a token, or of either. No default:"
                + " everyone who can reach it, and the condition Protected is False, unless tls"
                + " asks for client certificates. May change at any time; a rollout of the API"
                + " puts it in force.")
        @Nullable AuthSpec auth,
    @JsonPropertyDescription(
            "How much one client may ask for. No default: no limit. May change at any time.")
        @Nullable RateLimitSpec rateLimit,
    @JsonPropertyDescription(
            "TLS on the API's own port. No default: plain HTTP, for a cluster where what stands in"
                + " front of the API encrypts. May change at any time.")
        @Nullable TlsSpec tls,
    @JsonPropertyDescription(
            "Web pages of other origins whose scripts may use the API. No default: none. May"
                + " change at any time.")
        @Nullable CorsSpec cors,
    @JsonPropertyDescription(
            "Host name under which the API is reachable from outside the cluster. No default: see"
                + " status.endpoint. Not available in this version: refused.")
        @Size(max = 253)
        @Nullable String host) {
  /** What holds when the spec says nothing. */
  public static final ApiSpec DEFAULT = new ApiSpec(1, 10_000, null, null, null, null, null, null);

  public ApiSpec {
    replicas = replicas == null ? Integer.valueOf(1) : replicas;
    maxPageSize = maxPageSize == null ? Integer.valueOf(10_000) : maxPageSize;
  }
}
