package dev.acequia.api.access;

import dev.acequia.api.http.TlsPort;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.telemetry.MetricSet;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who may use this API process, as its environment declares it. */
public final class Access implements AutoCloseable {
  private final AccessFilter filter;
  private final SecretWatch secrets;
  private final @Nullable TlsPort tls;

  private Access(AccessFilter filter, SecretWatch secrets, @Nullable TlsPort tls) {
    this.filter = filter;
    this.secrets = secrets;
    this.tls = tls;
  }

  /**
   * Reads the settings and the mounted Secrets, and from then on follows these.
   *
   * @param provesItself whether a push is one whose envelope is verified where it is unwrapped, so
   *     that it needs no key
   * @throws IllegalArgumentException when the settings are not understood
   * @throws UncheckedIOException when the certificates are of no use
   */
  public static Access start(
      Map<String, String> environment,
      MetricSet.ForPipeline metrics,
      Predicate<HttpServletRequest> provesItself) {
    var settings = settings(environment);
    var secrets = new SecretWatch();
    try {
      var authenticator =
          new Authenticator(
              keys(environment, secrets),
              settings.oidc() == null ? null : new Tokens(settings.oidc(), Tokens.Patience.USUAL),
              RuntimeVariable.ACEQUIA_CLIENT_CA_DIR.in(environment).isPresent());
      var tls = tls(environment, secrets);
      var limit = settings.rateLimit();
      var filter =
          new AccessFilter(
              authenticator,
              provesItself,
              limit == null
                  ? null
                  : new RateLimits(limit.requestsPerSecond(), limit.burst(), System::nanoTime),
              new CrossOrigin(settings.allowedOrigins()),
              metrics);
      secrets.start();
      return new Access(filter, secrets, tls);
    } catch (IOException e) {
      throw new UncheckedIOException("the API's certificates: " + e.getMessage(), e);
    }
  }

  /**
   * Says beforehand what would keep a process from starting.
   *
   * @throws IllegalArgumentException when the settings or certificates are of no use
   */
  public static void check(Map<String, String> environment) {
    var _ = settings(environment);
    try (var secrets = new SecretWatch()) {
      var _ = tls(environment, secrets);
    } catch (IOException e) {
      throw new IllegalArgumentException("the API's certificates: " + e.getMessage(), e);
    }
  }

  /** What the environment says beside the mounted Secrets. */
  public static ApiAccess settings(Map<String, String> environment) {
    return RuntimeVariable.ACEQUIA_API_ACCESS
        .in(environment)
        .map(ApiAccess::fromJson)
        .orElse(ApiAccess.NONE);
  }

  private static @Nullable ApiKeys keys(Map<String, String> environment, SecretWatch secrets)
      throws IOException {
    var folder = RuntimeVariable.ACEQUIA_API_KEYS_DIR.in(environment);
    if (folder.isEmpty()) {
      return null;
    }
    var keys = new ApiKeys(Clock.systemUTC());
    secrets.add(Path.of(folder.get()), keys);
    return keys;
  }

  private static @Nullable TlsPort tls(Map<String, String> environment, SecretWatch secrets)
      throws IOException {
    var identity = RuntimeVariable.ACEQUIA_TLS_DIR.in(environment);
    if (identity.isEmpty()) {
      return null;
    }
    var tls = new TlsPort();
    secrets.add(Path.of(identity.get()), tls::identify);
    var authorities = RuntimeVariable.ACEQUIA_CLIENT_CA_DIR.in(environment);
    if (authorities.isPresent()) {
      secrets.add(Path.of(authorities.get()), tls::trustClientsOf);
    }
    return tls;
  }

  /** What every request passes. */
  public AccessFilter filter() {
    return filter;
  }

  /** TLS on the API's port; empty for plain HTTP. */
  public Optional<TlsPort> tls() {
    return Optional.ofNullable(tls);
  }

  @Override
  public void close() {
    secrets.close();
  }
}
