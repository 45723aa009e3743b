package dev.acequia.api.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.function.Function;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * TLS on the API's port. Certificates may change while it serves: connections that are open go on,
 * new ones meet the new certificate, and one that is of no use leaves the former in place.
 */
public final class TlsPort {
  private static final Logger LOG = LoggerFactory.getLogger(TlsPort.class);

  /** The stores are in memory only; the interface asks for one. */
  private static final String PASSWORD = "in-memory";

  private @Nullable KeyStore identity;
  private @Nullable KeyStore clientAuthorities;
  private @Nullable AbstractHttp11Protocol<?> protocol;

  /**
   * Takes {@code tls.crt} and {@code tls.key} of these files from now on.
   *
   * @throws IOException when they do not make an identity; the message says why
   */
  public synchronized void identify(Map<String, byte[]> files) throws IOException {
    var certificates = read(files, "tls.crt", PemContent::getCertificates);
    var key = read(files, "tls.key", PemContent::getPrivateKey);
    if (key == null) {
      throw new IOException("tls.key holds no private key");
    }
    if (certificates.isEmpty() || !belong(certificates.getFirst().getPublicKey(), key)) {
      throw new IOException("tls.key is not the key of the first certificate in tls.crt");
    }
    try {
      var store = emptyStore();
      store.setKeyEntry(
          "api", key, PASSWORD.toCharArray(), certificates.toArray(X509Certificate[]::new));
      identity = store;
    } catch (GeneralSecurityException e) {
      throw new IOException("tls.crt and tls.key cannot be used: " + e.getMessage(), e);
    }
    LOG.info(
        "TLS as {}, valid until {}",
        certificates.getFirst().getSubjectX500Principal(),
        certificates.getFirst().getNotAfter().toInstant());
    offer();
  }

  /**
   * Asks clients for a certificate of the authorities in {@code ca.crt} from now on.
   *
   * @throws IOException when it holds no certificates; the message says why
   */
  public synchronized void trustClientsOf(Map<String, byte[]> files) throws IOException {
    var certificates = read(files, "ca.crt", PemContent::getCertificates);
    if (certificates.isEmpty()) {
      throw new IOException("ca.crt holds no certificate");
    }
    try {
      var store = emptyStore();
      for (var i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("client-ca-" + i, certificates.get(i));
      }
      clientAuthorities = store;
    } catch (GeneralSecurityException e) {
      throw new IOException("ca.crt cannot be used: " + e.getMessage(), e);
    }
    LOG.info("clients need a certificate of {} authorities", certificates.size());
    offer();
  }

  /** Has the port speak TLS. */
  synchronized void enable(Connector connector) {
    connector.setScheme("https");
    connector.setSecure(true);
    protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
    protocol.setSSLEnabled(true);
    offer();
  }

  private void offer() {
    if (protocol == null || identity == null) {
      return;
    }
    var config = new SSLHostConfig();
    config.setProtocols("TLSv1.2+TLSv1.3");
    var certificate = new SSLHostConfigCertificate(config, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setCertificateKeystore(identity);
    certificate.setCertificateKeystorePassword(PASSWORD);
    config.addCertificate(certificate);
    if (clientAuthorities != null) {
      config.setTrustStore(clientAuthorities);
      config.setCertificateVerification("required");
    }
    protocol.addSslHostConfig(config, true);
  }

  private static <T extends @Nullable Object> T read(
      Map<String, byte[]> files, String name, Function<PemContent, T> part) throws IOException {
    var bytes = files.get(name);
    if (bytes == null) {
      throw new IOException("the Secret lacks " + name);
    }
    try {
      return part.apply(PemContent.of(new String(bytes, StandardCharsets.US_ASCII)));
    } catch (IllegalStateException | IllegalArgumentException e) {
      // The cause may repeat the key.
      throw new IOException(name + " is not PEM of the kind it should be");
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** Whether what the one signs the other verifies. */
  private static boolean belong(PublicKey known, PrivateKey key) throws IOException {
    var algorithm =
        switch (key.getAlgorithm()) {
          case "RSA", "RSASSA-PSS" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      var signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update((byte) 1);
      var signed = signature.sign();
      signature.initVerify(known);
      signature.update((byte) 1);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      throw new IOException("tls.key does not fit tls.crt", e);
    }
  }
}
