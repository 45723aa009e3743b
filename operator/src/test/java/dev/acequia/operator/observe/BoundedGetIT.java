package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient
class BoundedGetIT {
  private static final String PATH = "/api/v1/namespaces/ops/secrets/keys";

  @SuppressWarnings("NullAway.Init") // the extension sets them
  private KubernetesMockServer server;

  @SuppressWarnings("NullAway.Init")
  private KubernetesClient client;

  @Test
  void readsWhatIsNoLongerThanTheBound() {
    server.expect().get().withPath(PATH).andReturn(200, secret(50_000)).always();
    assertThat(keys().read(60_000))
        .hasValueSatisfying(answer -> assertThat(answer.object()).isEqualTo(secret(50_000)));
    assertThat(keys().read(40_000)).isEmpty();
    assertThat(keys().read(Integer.MAX_VALUE)).isPresent();
  }

  @Test
  void tellsWhatIsAbsentFromWhatItMayNotRead() {
    assertThat(keys().read(1_000))
        .hasValueSatisfying(answer -> assertThat(answer.object()).isNull());
    server
        .expect()
        .get()
        .withPath(PATH)
        .andReturn(403, new StatusBuilder().withCode(403).withMessage("not for you").build())
        .once();
    assertThatThrownBy(() -> keys().read(1_000))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403))
        .hasMessageContaining(PATH.substring(1))
        .hasMessageContaining("not for you");
  }

  /** The client by itself retries for minutes, and others wait for the turn meanwhile. */
  @Test
  void endsWithinSecondsWhileTheApiServerIsOverloaded() {
    server.expect().get().withPath(PATH).andReturn(503, "overloaded").always();
    var begin = System.nanoTime();
    assertThatThrownBy(() -> keys().read(1_000)).isInstanceOf(KubernetesClientException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(25));
  }

  @Test
  void endsWithinSecondsWhereNoAnswerComes() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var asking =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder()
                        .withMasterUrl("http://127.0.0.1:" + silent.getLocalPort())
                        .build())
                .build()) {
      var begin = System.nanoTime();
      assertThatThrownBy(() -> keys(asking).read(1_000))
          .isInstanceOf(KubernetesClientException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(25));
    }
  }

  /** Whoever reads beside a reconcile does so until the operator has ended. */
  @Test
  void failsAsAnyReadDoesOnceTheClientIsClosed() {
    client.close();
    assertThatThrownBy(() -> keys().read(1_000)).isInstanceOf(KubernetesClientException.class);
  }

  private ForeignObject<Secret> keys() {
    return keys(client);
  }

  private static ForeignObject<Secret> keys(KubernetesClient client) {
    return ForeignObject.of(client, Secret.class, "ops", "keys");
  }

  private static Secret secret(int length) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace("ops")
        .withName("keys")
        .endMetadata()
        .addToData("loader", "x".repeat(length))
        .build();
  }
}
