package dev.acequia.api.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which web pages' scripts may read the API's answers. A browser asks; for anyone else nothing
 * changes. Keys and tokens travel in headers that a script sets itself, so there are no credentials
 * in the sense of CORS, and any origin may be allowed.
 */
final class CrossOrigin {
  private static final String EXPOSED =
      "Content-Range, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy,"
          + " Retry-After, WWW-Authenticate";
  private static final String HEADERS =
      "Accept, Accept-Profile, Apikey, Authorization, Content-Encoding, Content-Profile,"
          + " Content-Type, Idempotency-Key, If-None-Match, Prefer, Range, X-Api-Key, X-Client-Info";
  private static final String DAY = "86400";

  private final boolean any;
  private final Set<String> origins;

  CrossOrigin(List<String> allowedOrigins) {
    this.any = allowedOrigins.contains("*");
    this.origins = Set.copyOf(allowedOrigins);
  }

  /** What the answer to this request carries for the browser. */
  Map<String, String> headers(HttpServletRequest request) {
    var origin = request.getHeader("Origin");
    if (origins.isEmpty()) {
      return Map.of();
    }
    if (any) {
      return Map.of("Access-Control-Allow-Origin", "*", "Access-Control-Expose-Headers", EXPOSED);
    }
    // The answer to one page must not be kept for another.
    return origin == null || !origins.contains(origin)
        ? Map.of()
        : Map.of("Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", EXPOSED);
  }

  /** Whether answers differ by the page that asks. */
  boolean varies() {
    return !any && !origins.isEmpty();
  }

  /** Whether a browser asks beforehand what it may send; it does so without credentials. */
  boolean isPreflight(HttpServletRequest request) {
    return request.getMethod().equals("OPTIONS")
        && request.getHeader("Origin") != null
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  /** Answers a preflight; to a page that may not, with nothing that allows it. */
  void answer(HttpServletRequest request, HttpServletResponse response) {
    var allowed = headers(request);
    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    response.setHeader("Vary", "Origin, Access-Control-Request-Method");
    if (!allowed.isEmpty()) {
      allowed.forEach(response::setHeader);
      response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST");
      response.setHeader("Access-Control-Allow-Headers", HEADERS);
      response.setHeader("Access-Control-Max-Age", DAY);
    }
  }
}
