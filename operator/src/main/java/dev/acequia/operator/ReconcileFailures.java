package dev.acequia.operator;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources whose last reconcile failed. The framework counts retries, and forgets them at
 * every event: a resource that somebody edits all the time would never be known to fail.
 */
final class ReconcileFailures {
  /** Failures in a row that do not reach the status. */
  private static final int QUIET = 2;

  private static final Logger log = LoggerFactory.getLogger(ReconcileFailures.class);
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

  /**
   * Tells of a failed reconcile by the resource's status. A resource that is gone has not failed.
   *
   * @param atOnce whether the first failure reaches the status
   * @param report writes the status
   */
  <R extends HasMetadata> ErrorStatusUpdateControl<R> tell(
      R resource, Context<R> context, Exception failure, boolean atOnce, Runnable report) {
    var name = Reconciled.of(resource);
    if (Gone.is(resource, context, failure)) {
      ended(name);
      log.info("{} is gone", name);
      return ErrorStatusUpdateControl.<R>noStatusUpdate().withNoRetry();
    }
    if (resource.isMarkedForDeletion()
        || ReconcileGate.isClosedTo(failure)
        || (!atOnce && inARow(resource) <= QUIET)) {
      return ErrorStatusUpdateControl.defaultErrorProcessing();
    }
    try {
      report.run();
    } catch (KubernetesClientException e) { // the failure itself is what is logged and retried
      log.warn("the status of {} was not written: {}", name, e.getMessage());
    }
    return ErrorStatusUpdateControl.noStatusUpdate();
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
