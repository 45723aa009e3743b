package dev.acequia.servers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An HTTP client that trusts the certificates in one file, which somebody may be writing yet. */
final class TrustedHttp implements AutoCloseable {
  private final Path certificates;
  private byte[] trusted = {};
  private @Nullable HttpClient client;

  TrustedHttp(Path certificates) {
    this.certificates = certificates;
  }

  /**
   * The client for what the file holds now; absent while there is no file or no whole certificate.
   * The first of two certificates is no less whole for itself, so ask again before each request.
   */
  Optional<HttpClient> client() {
    try {
      var pem = Files.readAllBytes(certificates);
      if (client == null || !Arrays.equals(pem, trusted)) {
        close();
        client = HttpClient.newBuilder().sslContext(context(pem)).build();
        trusted = pem;
      }
    } catch (GeneralSecurityException | IOException halfWritten) {
      return Optional.empty();
    }
    return Optional.of(client);
  }

  @Override
  public void close() {
    if (client != null) {
      client.shutdownNow();
      client = null;
    }
  }

  private static SSLContext context(byte[] pem) throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var number = 0;
    var factory = CertificateFactory.getInstance("X.509");
    for (var certificate : factory.generateCertificates(new ByteArrayInputStream(pem))) {
      store.setCertificateEntry("certificate-" + number++, certificate);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
