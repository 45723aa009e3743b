package dev.acequia.contract.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an API process is told of access beside its mounted Secrets: no secret is in it. Other than
 * the definition it concerns the API alone, so its change leaves consumers running.
 *
 * @param oidc whose tokens count; null for none
 * @param rateLimit of each client; null for no limit
 * @param allowedOrigins web pages' origins whose scripts may use the API; {@code *} for any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ApiAccess(
    @Nullable Oidc oidc, @Nullable RateLimit rateLimit, List<String> allowedOrigins) {
  /** Nothing beside the mounted Secrets. */
  public static final ApiAccess NONE = new ApiAccess(null, null, List.of());

  /** A setting that is not understood might restrict access, so there is no start with one. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  public ApiAccess {
    allowedOrigins = allowedOrigins == null ? List.of() : List.copyOf(allowedOrigins);
  }

  /**
   * An issuer of tokens.
   *
   * @param audience that tokens must carry
   * @param scopesClaim the claim that holds what a caller may do
   * @param ingestScopes values of the claim of which any allows to push
   * @param queryScopes values of the claim of which any allows to query
   */
  public record Oidc(
      String issuer,
      String audience,
      String scopesClaim,
      List<String> ingestScopes,
      List<String> queryScopes) {
    public Oidc {
      ingestScopes = List.copyOf(ingestScopes);
      queryScopes = List.copyOf(queryScopes);
    }
  }

  /**
   * How much one client may ask of one API process.
   *
   * @param burst requests that may come at once after a pause
   */
  public record RateLimit(int requestsPerSecond, int burst) {}

  /** One line of JSON, the same for equal settings. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("settings are always JSON", e);
    }
  }

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException when they are not understood; the message says where
   */
  public static ApiAccess fromJson(String json) {
    try {
      return JSON.readValue(json, ApiAccess.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not an API's access settings: " + e.getMessage(), e);
    }
  }
}
