package dev.acequia.api.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer of tokens on this machine, which can be silent, change its keys, and lie. */
public final class TestIssuer implements AutoCloseable {
  private final HttpServer server;
  final AtomicInteger fetches = new AtomicInteger();
  volatile boolean silent;
  volatile String name;
  volatile List<JWK> keys;

  public TestIssuer() throws IOException, JOSEException {
    keys = List.of(rsa("first"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    name = url();
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/.well-known/openid-configuration",
        exchange ->
            answer(
                exchange, "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/keys\"}".formatted(name, url())));
    server.createContext(
        "/keys",
        exchange -> {
          fetches.incrementAndGet();
          answer(exchange, new JWKSet(keys).toString(true));
        });
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  static RSAKey rsa(String id) throws JOSEException {
    return new RSAKeyGenerator(2048).keyID(id).generate();
  }

  static ECKey ec(String id) throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  /** From now on it answers nothing of use. */
  public void silence() {
    silent = true;
  }

  JWK key() {
    return keys.getFirst();
  }

  /** Claims that are fine as they are. */
  public JWTClaimsSet.Builder claims(String audience, String scope) {
    return new JWTClaimsSet.Builder()
        .issuer(url())
        .audience(audience)
        .subject("ana")
        .expirationTime(Date.from(Instant.now().plusSeconds(600)))
        .claim("scope", scope);
  }

  /** A token signed with the issuer's first key. */
  public String token(JWTClaimsSet.Builder claims) throws JOSEException {
    return token(claims, key());
  }

  static String token(JWTClaimsSet.Builder claims, JWK key) throws JOSEException {
    var isRsa = key instanceof RSAKey;
    var header =
        new JWSHeader.Builder(isRsa ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256)
            .keyID(key.getKeyID())
            .type(JOSEObjectType.JWT)
            .build();
    var token = new SignedJWT(header, claims.build());
    token.sign(isRsa ? new RSASSASigner(key.toRSAKey()) : new ECDSASigner(key.toECKey()));
    return token.serialize();
  }

  private void answer(HttpExchange exchange, String body) throws IOException {
    try (exchange) {
      if (silent) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
