package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Edits faster than they can be acted on, and the quiet after them. */
@EndToEnd
class EditStormE2E {
  private static final String NAMESPACE = "storm-e2e";
  private static final int EDITS = 300;
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final Platform platform;

  EditStormE2E(Platform platform) {
    this.platform = platform;
    if (platform.kubectl.tryRun("", "get", "namespace", NAMESPACE).exitCode() != 0) {
      platform.createNamespace(NAMESPACE);
      platform.kubectl.apply(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: storm, namespace: storm-e2e}
          spec:
            schema: {fields: [{name: id, type: int64, required: true}]}
            store: {postgres: {secretName: warehouse}}
            topic: {partitions: 1}
          """);
      platform.awaitReady(NAMESPACE, "storm");
    }
  }

  @RepeatedTest(2)
  void theLastOfManyEditsIsInForce() throws Exception {
    try (var client = client()) {
      var pipeline = client.resources(DataPipeline.class).inNamespace(NAMESPACE).withName("storm");
      for (var edit = 1; edit <= EDITS; edit++) {
        // Every edit changes what the operator exports, some what the Pods read.
        pipeline.patch(
            MERGE,
            "{\"spec\":{\"slo\":{\"freshness\":\"%ds\"},\"api\":{\"maxPageSize\":%d}}}"
                .formatted(edit, 100 + edit / 60));
      }
      var generation = pipeline.get().getMetadata().getGeneration();
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () -> {
                var now = pipeline.get();
                assertThat(now.getMetadata().getGeneration()).isEqualTo(generation);
                assertThat(now.getStatus().observedGeneration()).isEqualTo(generation);
                assertThat(platform.condition(NAMESPACE, "storm", "Ready")).startsWith("True ");
              });
      var definition =
          platform.get(
              NAMESPACE,
              "deployment/storm-api",
              ".spec.template.spec.volumes[?(@.name==\"definition\")].configMap.name");
      assertThat(platform.get(NAMESPACE, "configmap/" + definition, ".data.pipeline\\.json"))
          .contains("\"maxPageSize\":" + (100 + EDITS / 60));
      // Back, so that the next run has something to change.
      pipeline.patch(MERGE, "{\"spec\":{\"api\":{\"maxPageSize\":1000}}}");
    }
  }

  @Test
  void aReconcileThatFindsNothingToChangeWritesNothing() {
    platform.awaitReady(NAMESPACE, "storm");
    var before = settledVersions();
    for (var resync = 0; resync < 3; resync++) {
      // An annotation reconciles the pipeline, and concerns no child.
      platform.kubectl.run(
          "annotate", "dp/storm", "-n", NAMESPACE, "--overwrite", "example.com/touched=" + resync);
      var touched = platform.get(NAMESPACE, "dp/storm", ".metadata.resourceVersion");
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThat(platform.get(NAMESPACE, "dp/storm", ".metadata.resourceVersion"))
                      .isEqualTo(touched));
    }
    assertThat(versions()).isEqualTo(before);
  }

  /** After a rollout, Deployments go on noting the end of old Pods for a while. */
  private String settledVersions() {
    var last = new AtomicReference<>("");
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofSeconds(5))
        .until(
            () -> {
              var now = versions();
              return now.equals(last.getAndSet(now));
            });
    return last.get();
  }

  private String versions() {
    return platform.get(
        NAMESPACE,
        "configmaps,secrets,serviceaccounts,services,jobs,deployments",
        "range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end");
  }

  private KubernetesClient client() throws Exception {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(Files.readString(platform.environment.kubeconfig())))
        .build();
  }
}
