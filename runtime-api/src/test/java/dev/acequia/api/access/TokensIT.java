package dev.acequia.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.acequia.contract.access.ApiAccess;
import dev.acequia.contract.access.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokensIT {
  private static final String AUDIENCE = "flights";
  private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(1);

  private TestIssuer issuer;
  private Tokens tokens;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    tokens = tokens("scope", Duration.ofHours(1));
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private Tokens tokens(String claim, Duration kept) {
    return new Tokens(
        new ApiAccess.Oidc(issuer.url(), AUDIENCE, claim, List.of("ingest", "w"), List.of("query")),
        new Tokens.Patience(kept, BETWEEN_FETCHES, Duration.ofHours(1)));
  }

  private JWTClaimsSet.Builder claims() {
    return issuer.claims(AUDIENCE, "openid query");
  }

  private void assertRefused(String token, String why) {
    assertThat(tokens.identify(token))
        .isInstanceOfSatisfying(
            Identity.Unknown.class, unknown -> assertThat(unknown.reason()).contains(why));
  }

  private static Principal known(Identity identity) {
    assertThat(identity).isInstanceOf(Identity.Known.class);
    return ((Identity.Known) identity).principal();
  }

  @Test
  void knowsTheSubjectAndItsScopes() throws Exception {
    var principal = known(tokens.identify(issuer.token(claims())));
    assertThat(principal.toString()).isEqualTo("subject ana");
    assertThat(principal.scopes()).containsExactly(Scope.QUERY);
    assertThat(known(tokens.identify(issuer.token(issuer.claims(AUDIENCE, "w")))).scopes())
        .containsExactly(Scope.INGEST);
    assertThat(known(tokens.identify(issuer.token(issuer.claims(AUDIENCE, "other")))).scopes())
        .isEmpty();
  }

  @Test
  void findsScopesInListsAndBelowOtherClaims() throws Exception {
    var token =
        issuer.token(claims().claim("realm_access", Map.of("roles", List.of("query", "w"))));
    assertThat(known(tokens("realm_access.roles", Duration.ofHours(1)).identify(token)).scopes())
        .containsExactlyInAnyOrder(Scope.INGEST, Scope.QUERY);
    var named = issuer.token(claims().claim("https://example.com/roles", List.of("w")));
    var byName = tokens("https://example.com/roles", Duration.ofHours(1));
    assertThat(known(byName.identify(named)).scopes()).containsExactly(Scope.INGEST);
    assertThat(known(tokens("groups.0", Duration.ofHours(1)).identify(token)).scopes()).isEmpty();
  }

  @Test
  void takesTokensOfEllipticCurvesToo() throws Exception {
    issuer.keys = List.of(TestIssuer.ec("curve"));
    assertThat(known(tokens.identify(issuer.token(claims()))).name()).isEqualTo("ana");
  }

  @Test
  void refusesWhatIsForSomeoneElseOrAnotherTime() throws Exception {
    var past = Date.from(Instant.now().minusSeconds(120));
    var future = Date.from(Instant.now().plusSeconds(120));
    assertRefused(issuer.token(claims().audience("trains")), "aud");
    assertRefused(issuer.token(claims().audience((String) null)), "aud");
    assertRefused(issuer.token(claims().issuer("https://elsewhere.example.com")), "iss");
    assertRefused(issuer.token(claims().expirationTime(past)), "xpired");
    assertRefused(issuer.token(claims().expirationTime(null)), "exp");
    assertRefused(issuer.token(claims().notBeforeTime(future)), "before use time");
  }

  @Test
  void forgivesClocksThatDifferByAMinute() throws Exception {
    var late = Date.from(Instant.now().minusSeconds(30));
    assertThat(known(tokens.identify(issuer.token(claims().expirationTime(late)))).name())
        .isEqualTo("ana");
  }

  @Test
  void refusesForgeries() throws Exception {
    var good = issuer.token(claims());
    assertThat(tokens.identify(good)).isInstanceOf(Identity.Known.class);
    var parts = good.split("\\.");
    var claims =
        new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
            .replace("ana", "eve");
    var forged =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    assertRefused(parts[0] + "." + forged + "." + parts[2], "ignature");
    assertRefused(parts[0] + "." + parts[1] + ".", "no token");
    // Another key under the same id.
    assertRefused(TestIssuer.token(claims(), TestIssuer.rsa("first")), "ignature");
    assertRefused(new PlainJWT(claims().build()).serialize(), "plain");
    assertRefused("acq", "no token");
    assertRefused("a.b.c", "no token");
  }

  /** The public key, which everyone knows, taken for the secret of an HMAC. */
  @Test
  void refusesAnHmacWithThePublicKey() throws Exception {
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
    var key = issuer.key().toRSAKey();
    for (var secret :
        List.of(
            key.toPublicKey().getEncoded(),
            key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
      var token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims().build());
      token.sign(new MACSigner(secret));
      assertRefused(token.serialize(), "lgorithm");
    }
  }

  @Test
  void refusesKeysThatTheTokenBringsAlong() throws Exception {
    var own = TestIssuer.rsa("first");
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first").jwk(own.toPublicJWK()).build(),
            claims().build());
    token.sign(new com.nimbusds.jose.crypto.RSASSASigner(own));
    assertRefused(token.serialize(), "ignature");
  }

  @Test
  void refusesEncryptedTokens() throws Exception {
    var token =
        new EncryptedJWT(
            new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A256GCM)
                .keyID("first")
                .build(),
            claims().build());
    token.encrypt(new RSAEncrypter(issuer.key().toRSAKey()));
    assertRefused(token.serialize(), "JWE");
  }

  @Test
  void fetchesKeysOnceForManyTokens() throws Exception {
    for (var i = 0; i < 50; i++) {
      assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
    }
    assertThat(issuer.fetches).hasValue(1);
  }

  @Test
  void takesANewKeyWithoutWaiting() throws Exception {
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
    JWK former = issuer.key();
    issuer.keys = List.of(TestIssuer.rsa("second"), former);
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
    assertThat(tokens.identify(TestIssuer.token(claims(), former)))
        .isInstanceOf(Identity.Known.class);
  }

  @Test
  void unknownKeysDoNotHaveTheIssuerAskedMoreOftenThanTheBound() throws Exception {
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
    var start = System.nanoTime();
    for (var i = 0; i < 200; i++) {
      assertThat(tokens.identify(TestIssuer.token(claims(), TestIssuer.ec("unknown-" + i))))
          .isInstanceOf(Identity.Unknown.class);
    }
    var periods = 1 + (System.nanoTime() - start) / BETWEEN_FETCHES.toNanos();
    assertThat(issuer.fetches.get()).isLessThanOrEqualTo((int) (2 * (periods + 1)));
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Known.class);
  }

  @Test
  void saysThatItCannotTellWhileTheIssuerNeverAnswered() throws Exception {
    issuer.silent = true;
    var token = issuer.token(claims());
    assertThat(tokens.identify(token)).isInstanceOf(Identity.Unverifiable.class);
    assertThat(tokens.identify(token)).isInstanceOf(Identity.Unverifiable.class);
    issuer.silent = false;
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(tokens.identify(token)).isInstanceOf(Identity.Known.class));
  }

  @Test
  void goesOnWithTheKeysItHasWhileTheIssuerIsDown() throws Exception {
    tokens = tokens("scope", Duration.ofMillis(10_100));
    var token = issuer.token(claims());
    assertThat(tokens.identify(token)).isInstanceOf(Identity.Known.class);
    issuer.silent = true;
    assertThat(tokens.identify(TestIssuer.token(claims(), TestIssuer.ec("unknown"))))
        .isInstanceOf(Identity.Unknown.class);
    assertThat(tokens.identify(token)).isInstanceOf(Identity.Known.class);
  }

  @Test
  void refusesADiscoveryDocumentOfAnotherIssuer() throws Exception {
    issuer.name = "https://elsewhere.example.com";
    assertThat(tokens.identify(issuer.token(claims()))).isInstanceOf(Identity.Unverifiable.class);
    assertThat(issuer.fetches).hasValue(0);
  }
}
