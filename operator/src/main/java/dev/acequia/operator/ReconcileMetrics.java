package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.operator.apply.NameTakenException;
import dev.acequia.telemetry.MetricSet;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * How reconciling goes, without a label that grows with the number of pipelines. The start of the
 * oldest reconcile in progress is there because one that hangs never counts as failed.
 */
final class ReconcileMetrics implements Metrics {
  private static final double MILLIS = 1000.0;

  private final MetricSet metrics;
  private final Clock clock;
  private final ReconcileGate gate;
  private final ReconcileFailures failures;
  private final Predicate<Reconciled> isPutOff;
  private final Map<String, Consumer<ResourceID>> gone;
  private final Map<Object, Instant> inProgress = new ConcurrentHashMap<>();

  /**
   * @param gate what every reconcile passes, since this is where each can be seen
   * @param failures records the outcome of each reconcile
   * @param isPutOff whether the last reconcile of a resource was deferred
   * @param gone by kind, what to run for a resource that has left its informer
   */
  ReconcileMetrics(
      MetricSet metrics,
      Clock clock,
      ReconcileGate gate,
      ReconcileFailures failures,
      Predicate<Reconciled> isPutOff,
      Map<String, Consumer<ResourceID>> gone) {
    this.metrics = metrics;
    this.clock = clock;
    this.gate = gate;
    this.failures = failures;
    this.isPutOff = isPutOff;
    this.gone = Map.copyOf(gone);
    showInProgress();
    metrics.histogram(PipelineMetric.RECONCILE, "done");
    metrics.histogram(PipelineMetric.RECONCILE, "failed");
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    return gate.pass(() -> timed(execution));
  }

  private <T> T timed(ControllerExecution<T> execution) throws Exception {
    var ticket = new Object();
    inProgress.put(ticket, clock.instant());
    showInProgress();
    var start = System.nanoTime();
    var result = "failed";
    var resource =
        kind(execution.metadata()).map(kind -> new Reconciled(kind, execution.resourceID()));
    try {
      var outcome = execution.execute();
      result = "done";
      resource.filter(isPutOff.negate()).ifPresent(failures::ended);
      return outcome;
    } catch (NameTakenException e) { // a user's own error, which a condition tells
      resource.ifPresent(failures::ended);
      throw e;
    } catch (Exception e) {
      resource.ifPresent(failures::failed);
      throw e;
    } finally {
      inProgress.remove(ticket);
      showInProgress();
      metrics
          .histogram(PipelineMetric.RECONCILE, result)
          .observe((System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1));
    }
  }

  @Override
  public void cleanupDoneFor(ResourceID id, Map<String, Object> metadata) {
    kind(metadata)
        .ifPresent(
            kind -> {
              failures.ended(new Reconciled(kind, id));
              gone.getOrDefault(kind, _ -> {}).accept(id);
            });
  }

  private static Optional<String> kind(Map<String, Object> metadata) {
    return metadata.get(Constants.RESOURCE_GVK_KEY) instanceof GroupVersionKind kind
        ? Optional.of(kind.getKind())
        : Optional.empty();
  }

  private void showInProgress() {
    metrics.gauge(PipelineMetric.RECONCILE_IN_PROGRESS).set(oldest(inProgress));
  }

  private static double oldest(Map<?, Instant> starts) {
    return starts.values().stream()
        .min(Comparator.naturalOrder())
        .map(oldest -> oldest.toEpochMilli() / MILLIS)
        .orElse(0.0);
  }
}
