package dev.acequia.api.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.access.Scope;
import java.text.ParseException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens (JWT) of one issuer. Its keys are fetched when first needed and kept; a token signed with
 * an unknown key has them fetched again, but not more often than the bound, and while the issuer
 * does not answer, the keys it had go on counting.
 */
final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

  /** Signatures of key pairs only: a public key must never serve as the secret of an HMAC. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final int CLOCK_SKEW_SECONDS = 60;
  private static final int MAX_SUBJECT = 200;

  /** When keys are fetched. */
  record Patience(Duration kept, Duration betweenFetches, Duration outage) {
    static final Patience USUAL =
        new Patience(Duration.ofMinutes(5), Duration.ofSeconds(10), Duration.ofHours(4));
  }

  private final ApiAccess.Oidc settings;
  private final IssuerKeys issuer;
  private final DefaultJWTProcessor<SecurityContext> processor;
  private volatile boolean silent;

  Tokens(ApiAccess.Oidc settings, Patience patience) {
    this.settings = settings;
    this.issuer = new IssuerKeys(settings.issuer());
    this.processor = processor(settings, keys(issuer, patience));
  }

  private static JWKSource<SecurityContext> keys(IssuerKeys issuer, Patience patience) {
    return JWKSourceBuilder.create(issuer)
        .cache(patience.kept().toMillis(), IssuerKeys.MAX_MILLIS)
        .refreshAheadCache(false)
        .rateLimited(patience.betweenFetches().toMillis())
        .outageTolerant(patience.outage().toMillis())
        .build();
  }

  private static DefaultJWTProcessor<SecurityContext> processor(
      ApiAccess.Oidc settings, JWKSource<SecurityContext> keys) {
    var claims =
        new DefaultJWTClaimsVerifier<SecurityContext>(
            settings.audience(),
            new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
            Set.of("exp"));
    claims.setMaxClockSkew(CLOCK_SKEW_SECONDS);
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    processor.setJWTClaimsSetVerifier(claims);
    return processor;
  }

  /** Who holds the token. */
  Identity identify(String token) {
    try {
      var claims = processor.process(token, null);
      if (silent) {
        silent = false;
        LOG.info("{} answers again", settings.issuer());
      }
      return new Identity.Known(
          new Principal(Principal.Kind.TOKEN, subject(claims), identity(claims), scopes(claims)));
    } catch (ParseException e) {
      return new Identity.Unknown("what was given is no token");
    } catch (BadJOSEException e) {
      return new Identity.Unknown("token: " + e.getMessage());
    } catch (RateLimitReachedException e) {
      return issuer.found()
          ? new Identity.Unknown("token: signed with a key that the issuer does not show")
          : new Identity.Unverifiable("the issuer's keys were not to be had a moment ago");
    } catch (KeySourceException e) {
      if (!silent) {
        silent = true;
        LOG.warn("tokens cannot be verified: {}", e.getMessage());
      }
      return new Identity.Unverifiable(String.valueOf(e.getMessage()));
    } catch (JOSEException e) {
      return new Identity.Unknown("token: " + e.getMessage());
    }
  }

  /** A subject is its issuer's; tokens without one are told from no other of the same issuer. */
  private static List<String> identity(JWTClaimsSet claims) {
    var subject = claims.getSubject();
    return subject == null ? List.of(claims.getIssuer()) : List.of(claims.getIssuer(), subject);
  }

  private static String subject(JWTClaimsSet claims) {
    var subject = Objects.requireNonNullElse(claims.getSubject(), "without a name");
    var shown =
        subject
            .codePoints()
            .limit(MAX_SUBJECT)
            .map(c -> Character.isISOControl(c) ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
    return shown.toString();
  }

  private Set<Scope> scopes(JWTClaimsSet claims) {
    var held = values(claim(claims));
    var scopes = EnumSet.noneOf(Scope.class);
    if (!Collections.disjoint(held, settings.ingestScopes())) {
      scopes.add(Scope.INGEST);
    }
    if (!Collections.disjoint(held, settings.queryScopes())) {
      scopes.add(Scope.QUERY);
    }
    return scopes;
  }

  /** By its whole name, which may hold dots, else as a path of names. */
  private @Nullable Object claim(JWTClaimsSet claims) {
    var whole = claims.getClaim(settings.scopesClaim());
    if (whole != null) {
      return whole;
    }
    Object at = claims.getClaims();
    for (var name : settings.scopesClaim().split("\\.", -1)) {
      at = at instanceof Map<?, ?> members ? members.get(name) : null;
    }
    return at;
  }

  /** A list, or the words of a text as OAuth's own {@code scope} has them. */
  private static Set<String> values(@Nullable Object claim) {
    return switch (claim) {
      case String text -> new HashSet<>(List.of(text.split(" +")));
      case Collection<?> list ->
          list.stream().map(String::valueOf).collect(Collectors.toUnmodifiableSet());
      case null, default -> Set.of();
    };
  }
}
