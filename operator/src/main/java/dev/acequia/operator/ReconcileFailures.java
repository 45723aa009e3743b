package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The resources whose last reconcile failed. The framework counts retries, and forgets them at
 * every event: a resource that somebody edits all the time would never be known to fail.
 */
final class ReconcileFailures {
  /** Failures in a row that do not reach the status. */
  static final int QUIET = 2;

  private static final double MILLIS = 1000.0;

  private final MetricSet metrics;
  private final InstantSource clock;
  private final Map<Reconciled, Failures> failing = new ConcurrentHashMap<>();

  private record Failures(int inARow, Instant since) {}

  ReconcileFailures(MetricSet metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
    metrics.gauge(PipelineMetric.RECONCILE_QUEUE).set(0);
  }

  /** How often the resource's reconcile has failed since the last that did not. */
  int inARow(HasMetadata resource) {
    var failures = failing.get(Reconciled.of(resource));
    return failures == null ? 0 : failures.inARow();
  }

  /** A reconcile failed. */
  void failed(Reconciled resource) {
    failing.compute(
        resource,
        (_, before) ->
            before == null
                ? new Failures(1, clock.instant())
                : new Failures(before.inARow() + 1, before.since()));
    show(resource);
  }

  /** A reconcile did not fail, or the resource is gone. */
  void ended(Reconciled resource) {
    if (failing.remove(resource) != null) {
      show(resource);
    }
  }

  /** By namespace: no tenant's failure hides another's that begins later. */
  private synchronized void show(Reconciled resource) {
    metrics.gauge(PipelineMetric.RECONCILE_QUEUE).set(failing.size());
    var namespace = resource.namespace();
    failing.entrySet().stream()
        .filter(one -> one.getKey().namespace().equals(namespace))
        .map(one -> one.getValue().since())
        .min(Comparator.naturalOrder())
        .ifPresentOrElse(
            oldest ->
                metrics
                    .gauge(PipelineMetric.RECONCILE_FAILING, namespace)
                    .set(oldest.toEpochMilli() / MILLIS),
            () -> metrics.removeGauge(PipelineMetric.RECONCILE_FAILING, namespace));
  }
}
