package dev.acequia.api.access;

import dev.acequia.contract.access.ApiKey;
import dev.acequia.contract.access.Scope;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes out who sends a request, by what is declared: an API key, a token of an issuer, a
 * certificate. With nothing declared, anyone may call.
 *
 * @param keys null when no keys are declared
 * @param tokens null when no issuer is declared
 * @param byCertificate whether a certificate, which the handshake has verified, is all it takes
 */
record Authenticator(@Nullable ApiKeys keys, @Nullable Tokens tokens, boolean byCertificate) {
  static final String KEY_HEADER = "X-Api-Key";
  private static final String BEARER = "Bearer ";
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";
  private static final int MAX_NAME = 200;

  Identity identify(HttpServletRequest request) {
    if (keys == null && tokens == null) {
      return byCertificate
          ? ofCertificate(request.getAttribute(CERTIFICATES))
          : new Identity.Known(Principal.ANYONE);
    }
    var credential = credential(request);
    if (credential == null) {
      return new Identity.Unknown("no key or token was given");
    }
    if (credential.startsWith(ApiKey.PREFIX)) {
      return keys == null
          ? new Identity.Unknown("a key was given, and only tokens count here")
          : keys.identify(credential);
    }
    return tokens == null
        ? new Identity.Unknown("what was given is no key")
        : tokens.identify(credential);
  }

  private static @Nullable String credential(HttpServletRequest request) {
    var key = request.getHeader(KEY_HEADER);
    if (key != null) {
      return key.strip();
    }
    var authorization = request.getHeader("Authorization");
    return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).strip()
        : null;
  }

  private static Identity ofCertificate(@Nullable Object chain) {
    if (!(chain instanceof X509Certificate[] certificates) || certificates.length == 0) {
      return new Identity.Unknown("no certificate was given");
    }
    var subject = certificates[0].getSubjectX500Principal().getName();
    return new Identity.Known(
        new Principal(
            Principal.Kind.CERTIFICATE,
            subject.substring(0, Math.min(subject.length(), MAX_NAME)),
            List.of(subject),
            EnumSet.allOf(Scope.class)));
  }
}
