package dev.acequia.operator;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.SpecDuration;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.operator.store.StorePlan;
import dev.acequia.telemetry.MetricSet;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What alert rules and boards join on: which pipelines there are, how they are, what they promise.
 */
final class PipelineGauges {
  private static final double MILLIS = 1000.0;

  private static final List<PipelineMetric> READINESS =
      List.of(
          PipelineMetric.PIPELINE_READY,
          PipelineMetric.PIPELINE_STALLED,
          PipelineMetric.PIPELINE_UNKNOWN);

  private static final List<PipelineMetric> GAUGES =
      List.of(
          PipelineMetric.PIPELINE_READY,
          PipelineMetric.PIPELINE_STALLED,
          PipelineMetric.PIPELINE_PARTITIONS,
          PipelineMetric.PIPELINE_STOPPED,
          PipelineMetric.PIPELINE_RETENTION,
          PipelineMetric.PIPELINE_PROTECTED,
          PipelineMetric.PIPELINE_UNKNOWN,
          PipelineMetric.SLO_FRESHNESS,
          PipelineMetric.SLO_AVAILABILITY);

  private final MetricSet metrics;
  private final InstantSource clock;
  private final Map<PipelineNames, String[]> infos = new ConcurrentHashMap<>();
  private final Map<PipelineNames, Stop> stops = new ConcurrentHashMap<>();

  /**
   * A pipeline without consumers.
   *
   * @param uid its own; a successor of the same name may be seen before it is known to be gone
   */
  private record Stop(@Nullable String uid, Instant since) {
    boolean isOf(DataPipeline pipeline) {
      return Objects.equals(uid, pipeline.getMetadata().getUid());
    }
  }

  PipelineGauges(MetricSet metrics, InstantSource clock) {
    this.metrics = metrics;
    this.clock = clock;
  }

  void set(DataPipeline pipeline, DataPipelineStatus status) {
    var names = PipelineNames.of(pipeline);
    var spec = pipeline.getSpec();
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    var info =
        new String[] {
          TopicsPlan.records(pipeline),
          Objects.requireNonNullElse(status.store(), ""),
          spec.consumer().mode() == LoadMode.UPSERT ? "upsert" : "append"
        };
    var former = infos.put(names, info);
    if (former != null && !Arrays.equals(former, info)) {
      own.removeInfo(PipelineMetric.PIPELINE_INFO, former);
    }
    own.addInfo(PipelineMetric.PIPELINE_INFO, info);
    own.gauge(PipelineMetric.PIPELINE_READY).set(PipelineStatus.isReady(status) ? 1 : 0);
    own.gauge(PipelineMetric.PIPELINE_STALLED).set(PipelineStatus.isStalled(status) ? 1 : 0);
    own.gauge(PipelineMetric.PIPELINE_PROTECTED).set(PipelineStatus.isProtected(status) ? 1 : 0);
    own.gauge(PipelineMetric.PIPELINE_UNKNOWN).set(PipelineStatus.isUnseen(status) ? 1 : 0);
    StorePlan.freshness(spec)
        .ifPresent(
            freshness ->
                own.gauge(PipelineMetric.SLO_FRESHNESS).set(freshness.toMillis() / MILLIS));
    own.gauge(PipelineMetric.SLO_AVAILABILITY).set(spec.slo().availability() / 100);
  }

  /**
   * Sets the gauges about the load from an applied plan. A refused spec changes nothing, and the
   * topic may have more or fewer partitions than the spec.
   *
   * @param former what was reported last, be it by an operator before; null when nothing was
   */
  void setLoad(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      PipelinePlan plan,
      Observation seen) {
    var names = plan.names();
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    var definition = plan.definition();
    var isStopped = plan.consumerScale().stopped() != null;
    own.gauge(PipelineMetric.PIPELINE_PARTITIONS)
        .set(isStopped || definition == null ? 0 : definition.topic().partitions());
    if (isStopped) {
      var stop =
          stops.compute(
              names,
              (_, known) -> known != null && known.isOf(pipeline) ? known : stop(pipeline, former));
      own.gauge(PipelineMetric.PIPELINE_STOPPED).set(stop.since().getEpochSecond());
    } else {
      stops.remove(names);
      own.gauge(PipelineMetric.PIPELINE_STOPPED).set(0);
    }
    setProcesses(names, seen.api(), seen.consumer());
    own.gauge(PipelineMetric.PIPELINE_RETENTION)
        .set(seconds(pipeline.getSpec().topic().retention()));
  }

  private Stop stop(DataPipeline pipeline, @Nullable DataPipelineStatus former) {
    return new Stop(
        pipeline.getMetadata().getUid(),
        Optional.ofNullable(former)
            .flatMap(PipelineStatus::stoppedSince)
            .orElseGet(clock::instant));
  }

  /** Sets the gauges of the processes, which run on when the spec is refused. */
  void setProcesses(
      PipelineNames names, @Nullable DeploymentState api, @Nullable DeploymentState consumer) {
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    setProcesses(own, Component.API, api);
    setProcesses(own, Component.CONSUMER, consumer);
  }

  private static void setProcesses(
      MetricSet.ForPipeline own, Component component, @Nullable DeploymentState state) {
    own.gauge(PipelineMetric.PIPELINE_WANTED_PROCESSES, component.label())
        .set(state == null ? 0 : state.wanted());
    own.gauge(PipelineMetric.PIPELINE_READY_PROCESSES, component.label())
        .set(state == null ? 0 : state.ready());
  }

  /**
   * Sets the gauges of a pipeline that is deleted: it is neither ready nor unready, and its
   * processes may run on.
   */
  void setDeleting(
      PipelineNames names, @Nullable DeploymentState api, @Nullable DeploymentState consumer) {
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    READINESS.forEach(own::removeGauge);
    setProcesses(names, api, consumer);
    if (consumer == null) {
      own.gauge(PipelineMetric.PIPELINE_PARTITIONS).set(0); // nobody is to read them
    }
  }

  void remove(PipelineNames names) {
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    var info = infos.remove(names);
    if (info != null) {
      own.removeInfo(PipelineMetric.PIPELINE_INFO, info);
    }
    stops.remove(names);
    GAUGES.forEach(own::removeGauge);
    for (var component : List.of(Component.API, Component.CONSUMER)) {
      own.removeGauge(PipelineMetric.PIPELINE_WANTED_PROCESSES, component.label());
      own.removeGauge(PipelineMetric.PIPELINE_READY_PROCESSES, component.label());
    }
  }

  private static double seconds(String duration) {
    return SpecDuration.parse(duration).toMillis() / MILLIS;
  }
}
