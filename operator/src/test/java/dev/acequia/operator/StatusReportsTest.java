package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StatusReportsTest {
  private static final DataPipelineStatus READY = status("True", "Serving");
  private static final DataPipelineStatus UNSEEN = status("Unknown", "ReconcileFailed");
  private static final Consumer<DataPipeline> REFUSES =
      _ -> {
        throw new KubernetesClientException("forbidden", 403, null);
      };

  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final DataPipeline pipeline =
      Serialization.unmarshal(
          """
          metadata: {name: flights, namespace: ops, uid: a, generation: 1}
          spec:
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {postgres: {secretName: warehouse}}
          """,
          DataPipeline.class);

  /** Rights that are taken away make no pipeline unready. */
  @Test
  void theGaugesSayWhatTheResourceSays() {
    var writer = new ArrayList<Consumer<DataPipeline>>(List.of(_ -> {}));
    var reports = reports(pipeline -> writer.getFirst().accept(pipeline));
    reports.report(pipeline, READY);
    assertThat(gauge(PipelineMetric.PIPELINE_READY)).isEqualTo(1);

    writer.set(0, REFUSES);
    assertThatThrownBy(() -> reports.report(pipeline, UNSEEN)).hasMessage("forbidden");
    assertThat(gauge(PipelineMetric.PIPELINE_READY)).isEqualTo(1);
    assertThat(gauge(PipelineMetric.PIPELINE_UNKNOWN)).isZero();
    assertThat(reports.former(pipeline)).isEqualTo(READY);

    writer.set(0, _ -> {});
    reports.report(pipeline, UNSEEN);
    assertThat(gauge(PipelineMetric.PIPELINE_READY)).isZero();
    assertThat(gauge(PipelineMetric.PIPELINE_UNKNOWN)).isEqualTo(1);
    assertThat(reports.former(pipeline)).isEqualTo(UNSEEN);
  }

  @Test
  void writesWhatDiffersOnly() {
    var written = new ArrayList<DataPipelineStatus>();
    var reports = reports(pipeline -> written.add(pipeline.getStatus()));
    reports.report(pipeline, READY);
    pipeline.setStatus(READY);
    reports.report(pipeline, READY);
    assertThat(written).containsExactly(READY);
  }

  private StatusReports reports(Consumer<DataPipeline> writer) {
    var client = new KubernetesClientBuilder().withConfig(Config.empty()).build();
    return new StatusReports(
        writer,
        new EventRecorder(client, Clock.systemUTC(), "operator", _ -> false),
        new PipelineGauges(metrics, Clock.systemUTC()));
  }

  private double gauge(PipelineMetric metric) {
    return metrics.forPipeline("ops", "flights").gauge(metric).get();
  }

  private static DataPipelineStatus status(String ready, String reason) {
    return Serialization.unmarshal(
        "conditions: [{type: Ready, status: \"%s\", reason: %s, message: so}]"
            .formatted(ready, reason),
        DataPipelineStatus.class);
  }
}
