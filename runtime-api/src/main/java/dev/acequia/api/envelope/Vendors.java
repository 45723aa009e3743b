package dev.acequia.api.envelope;

import java.net.URI;
import java.util.Objects;

/**
 * Where the vendors' certificates, keys and confirmations are, and nowhere else: a request names
 * addresses, and must not have this process call others.
 *
 * @param standIn instead of them all, null for the real ones
 * @param fetch calls them
 */
record Vendors(@org.jspecify.annotations.Nullable URI standIn, TrustedFetch fetch) {
  private static final String GOOGLE_KEYS = "/oauth2/v3/certs";

  static Vendors real() {
    return new Vendors(null, new TrustedFetch());
  }

  /** One address that is trusted as all of them. */
  static Vendors standIn(URI origin) {
    if (origin.getHost() == null) {
      throw new IllegalArgumentException("'" + origin + "' is no address such as http://host:port");
    }
    return new Vendors(origin, new TrustedFetch());
  }

  /** Whether an address is Amazon SNS's in a region. */
  boolean isSns(URI address, String region) {
    if (standIn != null) {
      return Objects.equals(address.getScheme(), standIn.getScheme())
          && Objects.equals(address.getHost(), standIn.getHost())
          && address.getPort() == standIn.getPort()
          && address.getRawUserInfo() == null;
    }
    var host = "sns." + region + ".amazonaws.com";
    return "https".equals(address.getScheme())
        && (host.equals(address.getHost()) || (host + ".cn").equals(address.getHost()))
        && (address.getPort() == -1 || address.getPort() == 443)
        && address.getRawUserInfo() == null;
  }

  /** The keys that Google signs its tokens with. */
  URI googleKeys() {
    return standIn == null
        ? URI.create("https://www.googleapis.com" + GOOGLE_KEYS)
        : standIn.resolve(GOOGLE_KEYS);
  }
}
