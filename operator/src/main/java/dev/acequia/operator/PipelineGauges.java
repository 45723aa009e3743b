package dev.acequia.operator;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.SpecDuration;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.telemetry.MetricSet;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What alert rules and boards join on: which pipelines there are, how they are, what they promise.
 */
final class PipelineGauges {
  private static final double MILLIS = 1000.0;

  private final MetricSet metrics;
  private final Map<PipelineNames, String[]> infos = new ConcurrentHashMap<>();

  PipelineGauges(MetricSet metrics) {
    this.metrics = metrics;
  }

  void set(DataPipeline pipeline, DataPipelineStatus status) {
    var names = PipelineNames.of(pipeline);
    var spec = pipeline.getSpec();
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    var info =
        new String[] {
          names.topic(),
          Objects.requireNonNullElse(status.store(), ""),
          spec.consumer().mode() == LoadMode.UPSERT ? "upsert" : "append"
        };
    var former = infos.put(names, info);
    if (former != null && !Arrays.equals(former, info)) {
      own.removeInfo(PipelineMetric.PIPELINE_INFO, former);
    }
    own.addInfo(PipelineMetric.PIPELINE_INFO, info);
    own.gauge(PipelineMetric.PIPELINE_READY).set(PipelineStatus.isReady(status) ? 1 : 0);
    own.gauge(PipelineMetric.PIPELINE_PROTECTED).set(PipelineStatus.isProtected(status) ? 1 : 0);
    own.gauge(PipelineMetric.SLO_FRESHNESS)
        .set(SpecDuration.parse(spec.slo().freshness()).toMillis() / MILLIS);
    own.gauge(PipelineMetric.SLO_AVAILABILITY).set(spec.slo().availability() / 100);
  }

  void remove(PipelineNames names) {
    var own = metrics.forPipeline(names.namespace(), names.pipeline());
    var info = infos.remove(names);
    if (info != null) {
      own.removeInfo(PipelineMetric.PIPELINE_INFO, info);
    }
    own.removeGauge(PipelineMetric.PIPELINE_READY);
    own.removeGauge(PipelineMetric.PIPELINE_PROTECTED);
    own.removeGauge(PipelineMetric.SLO_FRESHNESS);
    own.removeGauge(PipelineMetric.SLO_AVAILABILITY);
  }
}
