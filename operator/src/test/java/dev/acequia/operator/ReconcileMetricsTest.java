package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.apply.NameTakenException;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReconcileMetricsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final ReconcileFailures failures = new ReconcileFailures(metrics, clock);
  private final Set<String> putOff = new HashSet<>();
  private final ReconcileMetrics reconciles =
      new ReconcileMetrics(
          metrics,
          clock,
          new ReconcileGate(),
          failures,
          one -> putOff.contains(one.id().getName()),
          Map.of());

  /** One after the other that fails once is no pipeline that cannot be reconciled. */
  @Test
  void showsSinceWhenOnePipelineFails() throws Exception {
    assertThat(failing()).isZero();
    fail("ops", "flights");
    now.set(NOON.plusSeconds(60));
    fail("ops", "orders");
    fail("ops", "flights");
    assertThat(failing()).isEqualTo(2);
    assertThat(failingSince("ops")).isEqualTo(NOON.getEpochSecond());
    succeed("ops", "flights");
    assertThat(failingSince("ops")).isEqualTo(NOON.getEpochSecond() + 60);
    succeed("ops", "orders");
    assertThat(failing()).isZero();
  }

  /** A tenant that fails all the time hides no other. */
  @Test
  void showsEachNamespaceThatFails() {
    fail("crowd", "flights");
    now.set(NOON.plusSeconds(60));
    fail("ops", "flights");
    assertThat(failingSince("crowd")).isEqualTo(NOON.getEpochSecond());
    assertThat(failingSince("ops")).isEqualTo(NOON.getEpochSecond() + 60);
  }

  /** A deferred reconcile did nothing, so it ends no failure. */
  @Test
  void aReconcileThatIsPutOffEndsNoFailure() throws Exception {
    fail("ops", "flights");
    putOff.add("flights");
    succeed("ops", "flights");
    assertThat(failing()).isEqualTo(1);
    assertThat(failures.inARow(pipeline("ops", "flights"))).isEqualTo(1);
    putOff.clear();
    succeed("ops", "flights");
    assertThat(failing()).isZero();
  }

  /** The framework's own count begins anew with each event. */
  @Test
  void countsTheFailuresInARow() throws Exception {
    for (var i = 1; i <= 5; i++) {
      fail("ops", "flights");
      assertThat(failures.inARow(pipeline("ops", "flights"))).isEqualTo(i);
    }
    succeed("ops", "flights");
    fail("ops", "flights");
    assertThat(failures.inARow(pipeline("ops", "flights"))).isEqualTo(1);
  }

  /** A name that is taken is a user's own error, which a condition tells. */
  @Test
  void aNameThatIsTakenEndsAFailure() {
    fail("ops", "flights");
    assertThatThrownBy(
            () ->
                reconciles.timeControllerExecution(
                    new Execution(
                        new ResourceID("flights", "ops"),
                        () -> {
                          throw new NameTakenException(pipeline("ops", "flights"));
                        })))
        .isInstanceOf(NameTakenException.class);
    assertThat(failing()).isZero();
  }

  private void fail(String namespace, String name) {
    assertThatThrownBy(
            () ->
                reconciles.timeControllerExecution(
                    new Execution(
                        new ResourceID(name, namespace),
                        () -> {
                          throw new IllegalStateException("no");
                        })))
        .hasMessage("no");
  }

  private void succeed(String namespace, String name) throws Exception {
    reconciles.timeControllerExecution(new Execution(new ResourceID(name, namespace), () -> ""));
  }

  private record Execution(ResourceID resourceID, Callable<String> work)
      implements Metrics.ControllerExecution<String> {
    @Override
    public String name() {
      return "reconcile";
    }

    @Override
    public String controllerName() {
      return "datapipeline";
    }

    @Override
    public String successTypeName(String result) {
      return "success";
    }

    @Override
    public Map<String, Object> metadata() {
      return Map.of(
          Constants.RESOURCE_GVK_KEY,
          new GroupVersionKind(DataPipeline.GROUP, DataPipeline.VERSION, DataPipeline.KIND));
    }

    @Override
    public String execute() throws Exception {
      return work.call();
    }
  }

  private double failing() {
    return metrics.gauge(PipelineMetric.RECONCILE_QUEUE).get();
  }

  private double failingSince(String namespace) {
    return metrics.gauge(PipelineMetric.RECONCILE_FAILING, namespace).get();
  }

  private static DataPipeline pipeline(String namespace, String name) {
    return Serialization.unmarshal(
        "metadata: {name: %s, namespace: %s}".formatted(name, namespace), DataPipeline.class);
  }
}
