package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.InvocationHandler;
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

/** The removal of a pipeline, with the test's own clock and Kafka. */
final class RemovalScene implements AutoCloseable {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");

  final DataPipeline pipeline;
  final TopicClaimant claimant;
  final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T12:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final KafkaCalls calls = new KafkaCalls(Clock.systemUTC());

  RemovalScene(String deletionPolicy) {
    pipeline =
        Serialization.unmarshal(
            """
            apiVersion: acequia.dev/v1alpha1
            kind: DataPipeline
            metadata: {name: flights, namespace: ops, uid: a}
            spec:
              schema: {fields: [{name: flight, type: int32, required: true}]}
              store: {postgres: {secretName: warehouse}}
              deletionPolicy: %s
            """
                .formatted(deletionPolicy),
            DataPipeline.class);
    claimant = new TopicClaimant(PipelineNames.of(pipeline), "a", null, Set.of(), null);
  }

  /** Advances the clock, and returns its time. */
  Instant pass(Duration time) {
    return now.updateAndGet(before -> before.plus(time));
  }

  PipelineRemoval removal(KubernetesClient client, InvocationHandler kafka) {
    var admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, kafka);
    var topics =
        new BackgroundTopics(
            TestTopics.of(new LateAdmin(() -> admin), PLATFORM.kafka(), "here"), calls, clock);
    return new PipelineRemoval(
        client,
        PLATFORM,
        topics,
        new EventRecorder(client, clock, "operator", _ -> true),
        metrics,
        clock);
  }

  /** A Kafka that does not answer until its line is closed. */
  static InvocationHandler silent(Runnable asked) {
    return (_, method, _) -> {
      asked.run();
      new CountDownLatch(1).await();
      throw new IllegalStateException(method.getName());
    };
  }

  @Override
  public void close() {
    calls.close();
  }
}
