package dev.acequia.api.envelope;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenID Connect tokens that Google signs for a service account. Google's keys are fetched when
 * first needed and kept; a token signed with an unknown one has them fetched again, but not often,
 * and while Google does not answer, the keys known go on counting.
 */
final class GoogleTokens {
  private static final Logger LOG = LoggerFactory.getLogger(GoogleTokens.class);
  private static final Set<String> ISSUERS =
      Set.of("https://accounts.google.com", "accounts.google.com");
  private static final int CLOCK_SKEW_SECONDS = 60;
  private static final Duration KEPT = Duration.ofMinutes(15);
  private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);
  private static final Duration OUTAGE = Duration.ofHours(4);

  private final String serviceAccount;
  private final Keys keys;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  GoogleTokens(String audience, String serviceAccount, Vendors vendors, Clock clock) {
    this.serviceAccount = serviceAccount;
    keys = new Keys(vendors);
    var source =
        JWKSourceBuilder.create(keys)
            .cache(KEPT.toMillis(), BETWEEN_FETCHES.toMillis())
            .refreshAheadCache(false)
            .rateLimited(BETWEEN_FETCHES.toMillis())
            .outageTolerant(OUTAGE.toMillis())
            .build();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, source));
    var claims =
        new DefaultJWTClaimsVerifier<SecurityContext>(
            audience, null, Set.of("iss", "exp", "email")) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        };
    claims.setMaxClockSkew(CLOCK_SKEW_SECONDS);
    processor.setJWTClaimsSetVerifier(claims);
  }

  /**
   * Passes a token of the account for the audience.
   *
   * @throws ProblemException for any other, or while Google's keys are not to be had
   */
  void verify(String token) {
    try {
      checkAccount(processor.process(token, null));
    } catch (RateLimitReachedException e) {
      if (keys.found) {
        throw refused("The token is signed with a key that Google does not show.");
      }
      throw unverifiable();
    } catch (KeySourceException e) {
      LOG.warn("Google's keys cannot be had: {}", e.getMessage());
      throw unverifiable();
    } catch (ParseException | BadJOSEException | JOSEException e) {
      LOG.info("a push with a token is refused: {}", e.getMessage());
      throw refused("The token is not one that Google signed for this audience and is in force.");
    }
  }

  private void checkAccount(JWTClaimsSet claims) {
    if (!ISSUERS.contains(String.valueOf(claims.getIssuer()))) {
      throw refused("The token is not of Google.");
    }
    if (!serviceAccount.equals(claims.getClaim("email"))
        || !Boolean.TRUE.equals(claims.getClaim("email_verified"))) {
      throw refused("The token is not of the service account in spec.sources.pubsub.");
    }
  }

  private static ProblemException unverifiable() {
    return new ProblemException(
        Problem.of(
                ProblemType.UNVERIFIABLE,
                "The token cannot be verified now, for Google's keys are not to be had; try again.")
            .retryAfter(5));
  }

  static ProblemException refused(String detail) {
    return new ProblemException(
        Problem.of(ProblemType.UNAUTHENTICATED, detail)
            .withHeader("WWW-Authenticate", "Bearer realm=\"acequia\""));
  }

  /** Google's keys, by one call. */
  private static final class Keys implements JWKSetSource<SecurityContext> {
    private final Vendors vendors;
    private volatile boolean found;

    Keys(Vendors vendors) {
      this.vendors = vendors;
    }

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator refresh, long currentTime, SecurityContext context)
        throws KeySourceException {
      try {
        var document = vendors.fetch().get(vendors.googleKeys());
        var keys = JWKSet.parse(new String(document, StandardCharsets.UTF_8));
        found = true;
        return keys;
      } catch (IOException e) {
        throw new JWKSetUnavailableException(String.valueOf(e.getMessage()), e);
      } catch (ParseException e) {
        throw new JWKSetParseException(vendors.googleKeys() + " holds no keys", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JWKSetUnavailableException("interrupted", e);
      }
    }

    @Override
    public void close() {}
  }
}
