package dev.acequia.api.access;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemType;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.access.Scope;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lets a request through to the endpoints, or says why not. */
public final class AccessFilter extends HttpFilter {
  /**
   * What needs no key: the documentation, which tells of fields but of no record, and without which
   * nobody would know how to ask. Everything else does, whether it exists or not. Addresses are
   * compared as they were sent, so none can mean one thing here and another to the endpoints.
   */
  private static final Pattern PUBLIC =
      Pattern.compile("/|/openapi\\.json|/docs(/[a-z][-.a-z0-9]*)?");

  private final transient Authenticator authenticator;
  private final transient Predicate<HttpServletRequest> provesItself;
  private final transient @Nullable RateLimits limits;
  private final transient CrossOrigin crossOrigin;
  private final transient CounterDataPoint open;
  private final transient CounterDataPoint granted;
  private final transient CounterDataPoint unauthenticated;
  private final transient CounterDataPoint forbidden;
  private final transient CounterDataPoint rateLimited;
  private final transient CounterDataPoint unverifiable;

  /**
   * @param provesItself whether a push is one whose envelope is verified where it is unwrapped, so
   *     that it needs no key
   * @param limits null for none
   */
  AccessFilter(
      Authenticator authenticator,
      Predicate<HttpServletRequest> provesItself,
      @Nullable RateLimits limits,
      CrossOrigin crossOrigin,
      MetricSet.ForPipeline metrics) {
    this.authenticator = authenticator;
    this.provesItself = provesItself;
    this.limits = limits;
    this.crossOrigin = crossOrigin;
    this.open = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "open");
    this.granted = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "granted");
    this.unauthenticated = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "unauthenticated");
    this.forbidden = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "forbidden");
    this.rateLimited = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "rate_limited");
    this.unverifiable = metrics.counter(PipelineMetric.ACCESS_REQUESTS, "unverifiable");
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (crossOrigin.isPreflight(request)) {
      crossOrigin.answer(request, response);
      return;
    }
    var headers = crossOrigin.headers(request);
    if (isPublic(request.getRequestURI())) {
      chain.doFilter(request, keeping(headers, response));
      return;
    }
    switch (identify(request)) {
      case Identity.Unknown unknown -> {
        unauthenticated.inc();
        reject(request, keeping(headers, response), unauthenticated(), unknown.reason());
      }
      case Identity.Unverifiable nobodyKnows -> {
        unverifiable.inc();
        reject(request, keeping(headers, response), unverifiable(), nobodyKnows.reason());
      }
      case Identity.Known(var principal) -> {
        if (limits == null) {
          pass(principal, request, keeping(headers, response), chain);
        } else {
          passWithin(limits, principal, headers, request, response, chain);
        }
      }
    }
  }

  private Identity identify(HttpServletRequest request) {
    return request.getMethod().equals("POST") && provesItself.test(request)
        ? new Identity.Known(Principal.SOURCE)
        : authenticator.identify(request);
  }

  private static boolean isPublic(String address) {
    return !address.startsWith("/v1/") && PUBLIC.matcher(address).matches();
  }

  private void passWithin(
      RateLimits limits,
      Principal principal,
      Map<String, String> headers,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    var verdict = limits.take(principal.client(request));
    var told = new LinkedHashMap<>(headers);
    told.put("RateLimit-Policy", limits.policy());
    told.put("RateLimit", "\"client\";r=%d;t=%d".formatted(verdict.remaining(), verdict.seconds()));
    if (verdict.granted()) {
      pass(principal, request, keeping(told, response), chain);
      return;
    }
    rateLimited.inc();
    reject(
        request,
        keeping(told, response),
        Problem.of(
                ProblemType.RATE_LIMITED,
                "This client asks for more than its share; try again later, and less often.")
            .retryAfter((int) Math.min(verdict.seconds(), Integer.MAX_VALUE)),
        "over the limit: " + principal);
  }

  private void pass(
      Principal principal,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    var needed = neededFor(request.getMethod());
    if (needed != null && !principal.scopes().contains(needed)) {
      forbidden.inc();
      reject(
          request,
          response,
          Problem.of(ProblemType.FORBIDDEN, "This needs the scope " + needed.text() + ".")
              .withHeader(
                  "WWW-Authenticate",
                  "Bearer error=\"insufficient_scope\", scope=\"%s\"".formatted(needed.text())),
          principal + " lacks the scope " + needed.text());
      return;
    }
    (principal.kind() == Principal.Kind.ANYONE ? open : granted).inc();
    principal.attachTo(request);
    chain.doFilter(request, response);
  }

  /** Null for a method that no endpoint has. */
  private static @Nullable Scope neededFor(String method) {
    return switch (method) {
      case "GET", "HEAD" -> Scope.QUERY;
      case "POST" -> Scope.INGEST;
      default -> null;
    };
  }

  /** The same for whatever was wrong: a caller learns nothing of keys by trying. */
  private static Problem unauthenticated() {
    return Problem.of(
            ProblemType.UNAUTHENTICATED,
            "This needs a key or a token that is in force, as 'Authorization: Bearer …'.")
        .withHeader("WWW-Authenticate", "Bearer realm=\"acequia\"");
  }

  private static Problem unverifiable() {
    return Problem.of(
            ProblemType.UNVERIFIABLE,
            "Tokens cannot be verified now, for their issuer does not answer; try again.")
        .retryAfter(5);
  }

  private static void reject(
      HttpServletRequest request, HttpServletResponse response, Problem problem, String why)
      throws IOException {
    AuditLog.rejected(request, problem.type().status(), why);
    problem.send(response);
  }

  private HttpServletResponse keeping(Map<String, String> headers, HttpServletResponse response) {
    return headers.isEmpty() && !crossOrigin.varies()
        ? response
        : new StickyHeaders(response, headers, crossOrigin.varies());
  }
}
