package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.servers.SelfSignedCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the API's port, of a real process. */
class TlsIT {
  @TempDir private Path scratch;
  @TempDir private Path identity;
  @TempDir private Path authorities;
  private @Nullable TestPipeline pipeline;

  @AfterEach
  void stop() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  private TestPipeline start(boolean withClientCertificates) {
    var environment = new HashMap<String, String>();
    environment.put("ACEQUIA_TLS_DIR", identity.toString());
    if (withClientCertificates) {
      environment.put("ACEQUIA_CLIENT_CA_DIR", authorities.toString());
    }
    var started =
        TestPipeline.start(
            environment, LoadMode.APPEND, List.of(), TestPipeline.field("id", FieldType.INT32));
    pipeline = started;
    return started;
  }

  private void mount(SelfSignedCertificate certificate)
      throws GeneralSecurityException, IOException {
    Files.writeString(identity.resolve("tls.key"), certificate.keyPem());
    Files.writeString(identity.resolve("tls.crt"), certificate.certificatePem());
  }

  private static int status(
      TestPipeline api, SelfSignedCertificate trusted, @Nullable SelfSignedCertificate own)
      throws Exception {
    try (var http = HttpClient.newBuilder().sslContext(trusted.client(own)).build()) {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("https://127.0.0.1:" + api.api.port() + "/v1/records"))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void servesWithTheMountedCertificateAndTakesItsSuccessor() throws Exception {
    var first = SelfSignedCertificate.create(scratch, "first", "EC");
    var second = SelfSignedCertificate.create(scratch, "second", "RSA");
    mount(first);
    var api = start(false);
    assertThat(status(api, first, null)).isEqualTo(200);
    assertThatThrownBy(() -> status(api, second, null)).isInstanceOf(IOException.class);
    assertThat(api.management("/health/live").statusCode()).isEqualTo(200);

    mount(second);
    await()
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> status(api, second, null) == 200);
    assertThatThrownBy(() -> status(api, first, null)).isInstanceOf(IOException.class);

    // A pair that does not belong together leaves the former in place.
    Files.writeString(identity.resolve("tls.crt"), first.certificatePem());
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(15))
        .until(() -> status(api, second, null) == 200);
  }

  @Test
  void asksForAClientsCertificate() throws Exception {
    var server = SelfSignedCertificate.create(scratch, "server", "EC");
    var friend = SelfSignedCertificate.create(scratch, "friend", "EC");
    var stranger = SelfSignedCertificate.create(scratch, "stranger", "EC");
    mount(server);
    Files.writeString(authorities.resolve("ca.crt"), friend.certificatePem());
    var api = start(true);

    assertThat(status(api, server, friend)).isEqualTo(200);
    assertThatThrownBy(() -> status(api, server, null)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> status(api, server, stranger)).isInstanceOf(IOException.class);
    assertThat(api.management("/metrics").body())
        .containsPattern("acequia_access_requests_total\\{.*result=\"granted\"} 1.0");

    // Probes reach the management port without any of it.
    assertThat(api.management("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void doesNotStartWithoutACertificateOfUse() throws Exception {
    var one = SelfSignedCertificate.create(scratch, "one", "EC");
    var other = SelfSignedCertificate.create(scratch, "other", "EC");
    assertThatThrownBy(() -> start(false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lacks tls.crt");
    mount(one);
    Files.writeString(identity.resolve("tls.key"), other.keyPem());
    assertThatThrownBy(() -> start(false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the key of the first certificate");
    Files.writeString(identity.resolve("tls.key"), "secret words");
    assertThatThrownBy(() -> start(false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tls.key")
        .hasMessageNotContaining("secret words");
  }
}
