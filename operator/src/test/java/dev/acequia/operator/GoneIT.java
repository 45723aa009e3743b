package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Resources that are deleted in the midst of a reconcile, just before their status is written. */
class GoneIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String REPLAY =
      """
      apiVersion: acequia.dev/v1alpha1
      kind: DataPipelineReplay
      metadata: {name: again, namespace: %s}
      spec: {pipeline: flights, from: {earliest: true}}
      """;

  /** Runs before a write to the status of a resource whose path ends so. */
  private record Before(String path, Runnable action) {}

  private final TestCluster cluster = TestCluster.get();
  private final KubernetesClient client = cluster.client;
  private final String namespace = cluster.newNamespace();
  private final AtomicReference<Before> before =
      new AtomicReference<>(new Before("none", () -> {}));
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final PrintStream err = System.err;
  private final TestCluster.RunningOperator operator =
      new TestCluster.RunningOperator(interceptedClient(), cluster.platform);

  @AfterEach
  void stop() {
    System.setErr(err);
    client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await().atMost(LIMIT).until(() -> find() == null);
    operator.close();
  }

  @Test
  void aReplayThatIsDeletedMeanwhileIsNoFailure() {
    var replay =
        client.resources(DataPipelineReplay.class).inNamespace(namespace).withName("again");
    createPipeline();
    keepLog();
    interrupt(
        "datapipelinereplays/again/status",
        () -> {
          replay.delete();
          await().atMost(LIMIT).until(() -> replay.get() == null);
        });
    apply(REPLAY);
    assertIsTold("DataPipelineReplay " + namespace + "/again is gone");
  }

  /** It must not look as if its own offsets were known. */
  @Test
  void aReplayOfTheSameNameDoesNotInheritAStatus() {
    var replays = client.resources(DataPipelineReplay.class).inNamespace(namespace);
    var replay = replays.withName("again");
    createPipeline();
    var former = new AtomicReference<DataPipelineReplay>();
    interrupt(
        "datapipelinereplays/again/status",
        () -> {
          former.set(replay.get());
          replay.delete();
          await().atMost(LIMIT).until(() -> replay.get() == null);
          apply(REPLAY);
          keepLog();
        });
    apply(REPLAY);
    assertIsTold("DataPipelineReplay " + namespace + "/again is gone");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(replay.get().getMetadata().getUid())
                  .isNotEqualTo(former.get().getMetadata().getUid());
              assertThat(replay.get().getStatus()).isNotNull();
            });
  }

  @Test
  void aPipelineWhoseFinalizerIsRemovedByHandMeanwhileIsNoFailure() {
    createPipeline();
    keepLog();
    var pipeline = client.resources(DataPipeline.class).inNamespace(namespace).withName("flights");
    interrupt(
        "datapipelines/flights/status",
        () -> {
          pipeline.patch(
              PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
          pipeline.delete();
          await().atMost(LIMIT).until(() -> pipeline.get() == null);
        });
    pipeline.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"suspend\":true}}");
    assertIsTold("DataPipeline " + namespace + "/flights is gone");
  }

  private void assertIsTold(String line) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(log()).contains(line));
    assertThat(log().lines().filter(one -> one.contains(namespace)))
        .noneMatch(one -> one.contains("Uncaught error"));
    assertThat(log()).doesNotContain("\tat ");
    assertThat(failing()).isZero();
  }

  private double failing() {
    var name = PipelineMetric.RECONCILE_QUEUE.exposedName();
    return operator.metrics.registry().scrape().stream()
        .filter(metric -> metric.getMetadata().getPrometheusName().equals(name))
        .flatMap(metric -> metric.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeSnapshot.GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  private void createPipeline() {
    cluster.node.decide(PretendNode::allGoesWell);
    cluster.createPipeline(namespace, "flights", "");
    await()
        .atMost(LIMIT)
        .until(
            () ->
                find() != null
                    && find().getStatus() != null
                    && find().getStatus().conditions().stream()
                        .anyMatch(
                            one ->
                                one.getType().equals("Ready") && one.getStatus().equals("True")));
  }

  private void interrupt(String path, Runnable action) {
    before.set(new Before(path, action));
  }

  private KubernetesClient interceptedClient() {
    return new KubernetesClientBuilder()
        .withConfig(client.getConfiguration())
        .withHttpClientBuilderConsumer(
            builder ->
                builder.addOrReplaceInterceptor(
                    "interrupt",
                    new Interceptor() {
                      @Override
                      public void before(
                          BasicBuilder request, HttpRequest asked, RequestTags tags) {
                        var next = before.get();
                        if (asked.method().equals("PATCH")
                            && asked.uri().getPath().endsWith(namespace + "/" + next.path())
                            && before.compareAndSet(next, new Before("none", () -> {}))) {
                          next.action().run();
                        }
                      }
                    }))
        .build();
  }

  private void keepLog() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  private String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  private DataPipeline find() {
    return client.resources(DataPipeline.class).inNamespace(namespace).withName("flights").get();
  }

  private void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.formatted(namespace).getBytes(StandardCharsets.UTF_8)))
        .create();
  }
}
