package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of a pipeline that leaves its topics and its table. */
class PipelineRemovalTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");
  private static final DataPipeline RETAINED =
      Serialization.unmarshal(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: flights, namespace: ops, uid: a}
          spec:
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {postgres: {secretName: warehouse}}
            deletionPolicy: Retain
          """,
          DataPipeline.class);

  private static final TopicClaimant CLAIMANT =
      new TopicClaimant(PipelineNames.of(RETAINED), "a", null, Set.of(), null);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final KubernetesClient client =
      new KubernetesClientBuilder().withConfig(Config.empty()).build();
  private final KafkaCalls calls = new KafkaCalls(Clock.systemUTC());

  @AfterEach
  void close() {
    calls.close();
    client.close();
  }

  @Test
  void waitsThreeSecondsForAKafkaThatIsOnlySlow() throws InterruptedException {
    var asked = new CountDownLatch(1);
    var removal =
        removal(
            (_, method, _) -> {
              asked.countDown();
              new CountDownLatch(1).await(); // until the line is closed
              throw new IllegalStateException(method.getName());
            });
    assertThat(advance(removal)).isPresent();
    asked.await();
    now.updateAndGet(time -> time.plusSeconds(3));
    assertThat(advance(removal)).isPresent();
    now.updateAndGet(time -> time.plusSeconds(1));
    assertThat(advance(removal)).isEmpty();
  }

  /** Nothing asks Kafka again about what has failed like this. */
  @Test
  void doesNotWaitForWhatFailed() {
    var removal =
        removal(
            (_, method, _) -> {
              throw new IllegalStateException(method.getName());
            });
    await().atMost(LIMIT).until(() -> advance(removal).isEmpty());
  }

  private PipelineRemoval removal(InvocationHandler kafka) {
    var admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, kafka);
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
        new MetricSet(new PrometheusRegistry()),
        clock);
  }

  private static Optional<Duration> advance(PipelineRemoval removal) {
    return removal.advance(RETAINED, TestTopics.noChildren(), CLAIMANT);
  }
}
