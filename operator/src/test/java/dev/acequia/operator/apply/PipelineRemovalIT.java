package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of topics that cannot be removed. */
@EnableKubernetesMockClient(crud = true)
class PipelineRemovalIT {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");
  private static final DataPipeline PIPELINE =
      Serialization.unmarshal(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: flights, namespace: ops, uid: a}
          spec:
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {postgres: {secretName: warehouse}}
            deletionPolicy: Delete
          """,
          DataPipeline.class);

  private static final TopicClaimant CLAIMANT =
      new TopicClaimant(PipelineNames.of(PIPELINE), "a", null, Set.of(), null);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final KafkaCalls calls = new KafkaCalls(Clock.systemUTC());
  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());

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
    calls.close();
  }

  /** Such as where the finalizer could not be removed, so that there is another cleanup. */
  @Test
  void tellsOnceWhatStays() {
    var removal = removal();
    assertThat(isSettled(removal)).isFalse();
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(16)));
    assertThat(isSettled(removal)).isTrue();
    var told = now.get();
    assertThat(left("topics")).isEqualTo(told.getEpochSecond());
    assertThat(events()).isEqualTo(1);

    now.set(told.plusSeconds(60));
    assertThat(isSettled(removal)).isTrue();
    assertThat(left("topics")).isEqualTo(told.getEpochSecond());
    assertThat(events()).isEqualTo(1);
    assertThat(left("table")).isZero();
  }

  private static boolean isSettled(PipelineRemoval removal) {
    return removal.topicsSettled(PIPELINE, CLAIMANT);
  }

  private double left(String what) {
    return metrics.gauge(PipelineMetric.REMOVAL_LEFT, "ops", what).get();
  }

  private int events() {
    return client.events().v1().events().inNamespace("ops").list().getItems().size();
  }

  private PipelineRemoval removal() {
    var admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (_, method, _) -> {
                  new CountDownLatch(1).await(); // until the line is closed
                  throw new IllegalStateException(method.getName());
                });
    var topics =
        new BackgroundTopics(
            new KafkaTopics(new LateAdmin(() -> admin), PLATFORM.kafka(), "here", _ -> true),
            calls,
            clock);
    return new PipelineRemoval(
        client,
        PLATFORM,
        topics,
        new EventRecorder(client, clock, "operator", _ -> true),
        metrics,
        clock);
  }
}
