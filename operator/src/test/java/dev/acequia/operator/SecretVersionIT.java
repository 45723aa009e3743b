package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The operator writes the Secret that it has read, and relies on the API server for that. */
class SecretVersionIT {
  private final TestCluster cluster = TestCluster.get();
  private final String namespace = cluster.newNamespace();

  @Test
  void aWriteOfASecretThatWasDeletedIsRefused() {
    var read = made();
    cluster.client.resource(read).delete();
    assertIsRefused(() -> write(read));
    assertThat(cluster.client.resource(read).get()).isNull();
  }

  @Test
  void aWriteOfASecretThatSomebodyHasChangedIsRefused() {
    var read = made();
    cluster
        .client
        .resource(read)
        .edit(one -> new SecretBuilder(one).addToData("key", "b3RoZXI=").build());
    assertIsRefused(() -> write(read));
  }

  @Test
  void aWriteOfTheSecretThatWasReadIsTaken() {
    assertThat(write(made()).getData()).containsEntry("key", "d2lzaGVk");
  }

  private Secret made() {
    cluster.applySecret(namespace, "flights-kafka-api", Map.of("key", "former"));
    return cluster.client.secrets().inNamespace(namespace).withName("flights-kafka-api").get();
  }

  private Secret write(Secret read) {
    var wanted =
        new SecretBuilder()
            .withNewMetadata()
            .withName(read.getMetadata().getName())
            .withNamespace(namespace)
            .withUid(read.getMetadata().getUid())
            .withResourceVersion(read.getMetadata().getResourceVersion())
            .endMetadata()
            .addToData("key", "d2lzaGVk")
            .build();
    return cluster.client.resource(wanted).fieldManager("test").forceConflicts().serverSideApply();
  }

  private static void assertIsRefused(ThrowingCallable write) {
    assertThatThrownBy(write)
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> assertThat(e.getCode()).isEqualTo(HttpURLConnection.HTTP_CONFLICT));
  }
}
