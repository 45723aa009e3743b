package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReconcileMetricsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final Set<String> putOff = new HashSet<>();
  private final ReconcileMetrics reconciles =
      new ReconcileMetrics(
          metrics,
          clock,
          new ReconcileGate(),
          one -> putOff.contains(one.getMetadata().getName()),
          Map.of());

  /** One after the other that fails once is no pipeline that cannot be reconciled. */
  @Test
  void showsSinceWhenOnePipelineFails() {
    assertThat(failingSince()).isZero();
    fail("flights");
    now.set(NOON.plusSeconds(60));
    fail("orders");
    fail("flights");
    assertThat(failingSince()).isEqualTo(NOON.getEpochSecond());
    reconciles.finishedReconciliation(pipeline("flights"), Map.of());
    assertThat(failingSince()).isEqualTo(NOON.getEpochSecond() + 60);
    reconciles.finishedReconciliation(pipeline("orders"), Map.of());
    assertThat(failingSince()).isZero();
  }

  /** A deferred reconcile did nothing, so it ends no failure. */
  @Test
  void aReconcileThatIsPutOffEndsNoFailure() {
    fail("flights");
    putOff.add("flights");
    reconciles.finishedReconciliation(pipeline("flights"), Map.of());
    assertThat(failingSince()).isEqualTo(NOON.getEpochSecond());
    putOff.clear();
    reconciles.finishedReconciliation(pipeline("flights"), Map.of());
    assertThat(failingSince()).isZero();
  }

  private void fail(String name) {
    reconciles.failedReconciliation(pipeline(name), new IllegalStateException(), Map.of());
  }

  private double failingSince() {
    return metrics.gauge(PipelineMetric.RECONCILE_FAILING).get();
  }

  private static DataPipeline pipeline(String name) {
    return Serialization.unmarshal(
        "metadata: {name: %s, namespace: ops}".formatted(name), DataPipeline.class);
  }
}
