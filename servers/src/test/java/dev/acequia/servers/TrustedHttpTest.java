package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of certificates, read while a server is writing it. */
class TrustedHttpTest {
  @TempDir private Path folder;
  private Path file;
  private TrustedHttp http;
  private SelfSignedCertificate certificate;
  private HttpsServer server;

  @BeforeEach
  void start() throws Exception {
    file = folder.resolve("server.crt");
    http = new TrustedHttp(file);
    certificate = SelfSignedCertificate.create(folder, "server", "EC");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(certificate.client(certificate)));
    server.createContext("/", exchange -> exchange.sendResponseHeaders(204, -1));
    server.start();
  }

  @AfterEach
  void stop() {
    http.close();
    server.stop(0);
  }

  private int ask() throws Exception {
    var url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    var request = HttpRequest.newBuilder(url).build();
    var client = http.client().orElseThrow();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  @Test
  void hasNoClientWhileThereIsNoFileOrHalfACertificate() throws Exception {
    assertThat(http.client()).isEmpty();
    var pem = certificate.certificatePem();
    Files.writeString(file, pem.substring(0, pem.length() / 2));
    assertThat(http.client()).isEmpty();
  }

  @Test
  void trustsWhatAnEmptyFileHoldsLater() throws Exception {
    Files.createFile(file);
    assertThatThrownBy(this::ask)
        .hasRootCauseMessage("the trustAnchors parameter must be non-empty");

    Files.writeString(file, certificate.certificatePem());
    assertThat(ask()).isEqualTo(204);
  }

  @Test
  void trustsTheSecondCertificateToo() throws Exception {
    var other = SelfSignedCertificate.create(folder, "other", "EC").certificatePem();
    Files.writeString(file, other);
    assertThatThrownBy(this::ask).isInstanceOf(SSLHandshakeException.class);

    Files.writeString(file, other + certificate.certificatePem());
    assertThat(ask()).isEqualTo(204);
  }
}
