package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of topics that cannot be removed. */
@EnableKubernetesMockClient(crud = true)
class PipelineRemovalIT {
  private final RemovalScene scene = new RemovalScene("Delete");

  @SuppressWarnings("NullAway.Init") // the extension sets it
  private KubernetesClient client;

  @BeforeEach
  void createNamespace() {
    client
        .resource(new NamespaceBuilder().withNewMetadata().withName("ops").endMetadata().build())
        .create();
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** Such as where the finalizer could not be removed, so that there is another cleanup. */
  @Test
  void tellsOnceWhatStays() {
    var removal = scene.removal(client, RemovalScene.silent(() -> {}));
    assertThat(isSettled(removal)).isFalse();
    var told = scene.pass(Duration.ofMinutes(16));
    assertThat(isSettled(removal)).isTrue();
    assertThat(left("topics")).isEqualTo(told.getEpochSecond());
    assertThat(events()).isEqualTo(1);

    scene.pass(Duration.ofMinutes(1));
    assertThat(isSettled(removal)).isTrue();
    assertThat(left("topics")).isEqualTo(told.getEpochSecond());
    assertThat(events()).isEqualTo(1);
    assertThat(left("table")).isZero();
  }

  private boolean isSettled(PipelineRemoval removal) {
    return removal.topicsSettled(scene.pipeline, scene.claimant);
  }

  private double left(String what) {
    return scene.metrics.gauge(PipelineMetric.REMOVAL_LEFT, "ops", what).get();
  }

  private int events() {
    return client.events().v1().events().inNamespace("ops").list().getItems().size();
  }
}
