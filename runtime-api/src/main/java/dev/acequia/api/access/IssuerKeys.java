package dev.acequia.api.access;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/** An issuer's public keys, found by its discovery document each time they are fetched. */
final class IssuerKeys implements JWKSetSource<SecurityContext> {
  private static final int CONNECT_MILLIS = 2000;
  private static final int READ_MILLIS = 3000;
  private static final int MAX_BYTES = 1 << 20;

  /** How long others wait for one that fetches: two documents. */
  static final int MAX_MILLIS = 2 * (CONNECT_MILLIS + READ_MILLIS);

  private final String issuer;
  private final ResourceRetriever web =
      new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MAX_BYTES);
  private volatile boolean found;

  IssuerKeys(String issuer) {
    this.issuer = issuer;
  }

  /** Whether they were ever fetched. */
  boolean found() {
    return found;
  }

  @Override
  public JWKSet getJWKSet(
      JWKSetCacheRefreshEvaluator evaluator, long now, @Nullable SecurityContext context)
      throws KeySourceException {
    try {
      var keys = JWKSet.parse(fetch(keysAddress()));
      found = true;
      return keys;
    } catch (IOException | ParseException | URISyntaxException e) {
      throw new JWKSetUnavailableException(
          "the keys of %s cannot be had: %s".formatted(issuer, e.getMessage()), e);
    }
  }

  private String keysAddress() throws IOException, ParseException, URISyntaxException {
    var document =
        JSONObjectUtils.parse(
            fetch(issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration"));
    if (!issuer.equals(JSONObjectUtils.getString(document, "issuer"))) {
      throw new IOException("its discovery document is another issuer's");
    }
    var address = JSONObjectUtils.getString(document, "jwks_uri");
    if (address == null) {
      throw new IOException("its discovery document lacks jwks_uri");
    }
    return address;
  }

  private String fetch(String address) throws IOException, URISyntaxException {
    var uri = new URI(address);
    if (!"https".equals(uri.getScheme())
        && !("http".equals(uri.getScheme()) && isLoopback(uri.getHost()))) {
      throw new IOException(address + " is not https");
    }
    return web.retrieveResource(uri.toURL()).getContent();
  }

  private static boolean isLoopback(@Nullable String host) throws UnknownHostException {
    return host != null && InetAddress.getByName(host).isLoopbackAddress();
  }

  @Override
  public void close() {}
}
