package dev.acequia.api.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.access.ApiAccess;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may use the API, in the words of its document: what a caller has to show, and the answers to
 * one who does not or asks too often. The documentation itself needs nothing.
 *
 * @param apiKeys whether keys are declared
 * @param clientCertificates whether every client needs a certificate
 */
public record AccessDescription(ApiAccess settings, boolean apiKeys, boolean clientCertificates) {
  /** Nobody is asked who they are, nor how often they come. */
  public static final AccessDescription OPEN = new AccessDescription(ApiAccess.NONE, false, false);

  /** Adds it to a document whose operations stand already. */
  void addTo(ObjectNode document) {
    var components = document.withObject("/components");
    var schemes = schemes(components);
    var needsScope = apiKeys || settings.oidc() != null;
    if (!schemes.isEmpty()) {
      addSecurity(document, schemes);
    }
    var responses = components.withObject("/responses");
    if (!schemes.isEmpty()) {
      addUnauthenticated(responses);
    }
    if (needsScope) {
      ErrorResponses.add(
          responses,
          "Forbidden",
          Problem.of(ProblemType.FORBIDDEN, "This needs the scope ingest."));
    }
    if (settings.rateLimit() != null) {
      addRateLimited(responses, settings.rateLimit());
    }
    for (var path : document.withObject("/paths")) {
      for (var operation : path.properties()) {
        if (!(operation.getValue() instanceof ObjectNode described)
            || !described.has("responses")) {
          continue;
        }
        var answers = described.withObject("/responses");
        if (!schemes.isEmpty()) {
          ErrorResponses.refer(answers, "401", "Unauthenticated");
        }
        if (needsScope) {
          ErrorResponses.refer(answers, "403", "Forbidden");
        }
        if (settings.rateLimit() != null) {
          ErrorResponses.refer(answers, "429", "RateLimited");
        }
      }
    }
  }

  private List<String> schemes(ObjectNode components) {
    var names = new ArrayList<String>();
    var schemes = components.withObject("/securitySchemes");
    if (apiKeys) {
      names.add("apiKey");
      schemes
          .putObject("apiKey")
          .put("type", "http")
          .put("scheme", "bearer")
          .put("bearerFormat", "API key")
          .put(
              "description",
              "A key of this pipeline, as `./acequia keys create` prints it. It may also be sent as"
                  + " `X-Api-Key`.");
    }
    var oidc = settings.oidc();
    if (oidc != null) {
      names.add("token");
      schemes
          .putObject("token")
          .put("type", "http")
          .put("scheme", "bearer")
          .put("bearerFormat", "JWT")
          .put(
              "description",
              "A token of %s for the audience `%s`. Its claim `%s` lets push with any of %s, and query with any of %s."
                  .formatted(
                      oidc.issuer(),
                      oidc.audience(),
                      oidc.scopesClaim(),
                      oidc.ingestScopes(),
                      oidc.queryScopes()));
    }
    if (names.isEmpty() && clientCertificates) {
      names.add("certificate");
      schemes.putObject("certificate").put("type", "mutualTLS");
    }
    if (names.isEmpty()) {
      components.remove("securitySchemes");
    }
    return names;
  }

  /** Any one of them does. */
  private static void addSecurity(ObjectNode document, List<String> schemes) {
    var security = document.putArray("security");
    schemes.forEach(name -> security.addObject().putArray(name));
  }

  private static void addUnauthenticated(ObjectNode responses) {
    ErrorResponses.add(
        responses,
        "Unauthenticated",
        Problem.of(
            ProblemType.UNAUTHENTICATED,
            "This needs a key or a token that is in force, as 'Authorization: Bearer …'."));
    header(responses, "Unauthenticated", "WWW-Authenticate", "How to say who asks.", "string");
  }

  private static void addRateLimited(ObjectNode responses, ApiAccess.RateLimit limit) {
    ErrorResponses.add(
        responses,
        "RateLimited",
        Problem.of(
            ProblemType.RATE_LIMITED,
            "This client asks for more than its share; try again later, and less often."));
    header(
        responses,
        "RateLimited",
        "Retry-After",
        "Seconds to wait; a client has %d requests per second, and at most %d at once."
            .formatted(limit.requestsPerSecond(), limit.burst()),
        "integer");
    header(
        responses,
        "RateLimited",
        "RateLimit",
        "What is left (r), and in how many seconds there is more (t).",
        "string");
    header(
        responses,
        "RateLimited",
        "RateLimit-Policy",
        "How many requests (q) a client may make in how many seconds (w).",
        "string");
  }

  static void header(
      ObjectNode responses, String response, String name, String description, String type) {
    responses
        .withObject("/" + response)
        .withObject("/headers")
        .putObject(name)
        .put("description", description)
        .putObject("schema")
        .put("type", type);
  }
}
