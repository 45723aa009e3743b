package dev.acequia.servers;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An HTTP client that trusts the certificates in one file, which may appear only later. */
final class TrustedHttp implements AutoCloseable {
  private final Path certificates;
  private @Nullable HttpClient client;

  TrustedHttp(Path certificates) {
    this.certificates = certificates;
  }

  /** The client; absent while the file is not there yet, or only half written. */
  Optional<HttpClient> client() {
    if (client == null && Files.exists(certificates)) {
      try {
        client = HttpClient.newBuilder().sslContext(context()).build();
      } catch (GeneralSecurityException | IOException halfWritten) {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(client);
  }

  @Override
  public void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }

  private SSLContext context() throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (var pem = Files.newInputStream(certificates)) {
      var number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("certificate-" + number++, certificate);
      }
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
