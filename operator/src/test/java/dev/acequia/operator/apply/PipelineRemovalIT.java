package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** After a rollback of the operator nothing says what is to become of its data. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.schema.fields[0].type | {schema: {fields: []}, store: {}}",
        "'' | {schema: {fields: [{name: a, type: int32}]}, store: {}}",
        "'' | {schema: {fields: [{name: a, type: int32}]}, store: {}, deletionPolicy: Delete}",
        "'' | {schema: {fields: [{name: a, type: int32}]}, deletionPolicy: Delete}"
      })
  void letsAPipelineGoWhoseSpecOrStoreItDoesNotKnow(String unreadable, String spec) {
    var pipeline =
        Serialization.unmarshal(
            """
            apiVersion: acequia.dev/v1alpha1
            kind: DataPipeline
            metadata:
              name: flights
              namespace: ops
              uid: a
              annotations: {acequia.dev/unreadable: "%s"}
            spec: %s
            status: {store: "cellar:ops.flights"}
            """
                .formatted(unreadable, spec),
            DataPipeline.class);
    var removal = scene.removal(client, RemovalScene.silent(() -> {}));
    assertThat(removal.advance(pipeline, TestTopics.noChildren(), scene.claimant)).isPresent();
    scene.pass(Duration.ofSeconds(4));
    assertThat(removal.advance(pipeline, TestTopics.noChildren(), scene.claimant)).isEmpty();
    assertThat(client.events().v1().events().inNamespace("ops").list().getItems())
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getNote()).contains("cellar:ops.flights", "cannot read the spec"));
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
