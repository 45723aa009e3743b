package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PipelineGaugesTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse("{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'kafka:9092'}}");

  private final MetricSet metrics = new MetricSet(new PrometheusRegistry());
  private final PipelineGauges gauges = new PipelineGauges(metrics, () -> NOON);

  /** An alert goes by half of the retention, and operators are released more often than that. */
  @Test
  void aNewOperatorKnowsSinceWhenAPipelineIsStopped() {
    assertThat(stoppedSince(consumers("True", "Suspended", "2025-12-24T06:00:00Z")))
        .isEqualTo(Instant.parse("2025-12-24T06:00:00Z"));
    gauges.remove(PipelineNames.of(pipeline()));
    assertThat(stoppedSince(consumers("True", "NoConsumers", "2025-12-25T06:00:00Z")))
        .isEqualTo(Instant.parse("2025-12-25T06:00:00Z"));
  }

  @Test
  void countsFromNowWhereNothingSaysThatItWasStoppedBefore() {
    assertThat(stoppedSince(null)).isEqualTo(NOON);
    gauges.remove(PipelineNames.of(pipeline()));
    assertThat(stoppedSince(consumers("True", "Running", "2025-12-24T06:00:00Z"))).isEqualTo(NOON);
    gauges.remove(PipelineNames.of(pipeline()));
    assertThat(stoppedSince(consumers("True", "Suspended", "long ago"))).isEqualTo(NOON);
    // It is the same stop, however its status goes on.
    assertThat(stoppedSince(consumers("True", "Suspended", "2025-12-24T06:00:00Z")))
        .isEqualTo(NOON);
  }

  @Test
  void aSuccessorOfTheSameNameIsNotStoppedSinceThePredecessorWas() {
    assertThat(stoppedSince(consumers("True", "Suspended", "2025-12-24T06:00:00Z")))
        .isEqualTo(Instant.parse("2025-12-24T06:00:00Z"));
    assertThat(stoppedSince(pipeline("b"), null)).isEqualTo(NOON);
  }

  /** What alerts join on, also where the spec does not say. */
  @Test
  void promisesTheFreshnessThatIsInForce() {
    assertThat(freshness(pipeline())).isEqualTo(5);
    var stricter = pipeline();
    stricter.setSpec(
        Serialization.unmarshal(
            """
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {postgres: {secretName: warehouse}}
            slo: {freshness: 2m}
            """,
            DataPipelineSpec.class));
    assertThat(freshness(stricter)).isEqualTo(120);
    var slower = pipeline();
    slower.setSpec(
        Serialization.unmarshal(
            """
            schema: {fields: [{name: flight, type: int32, required: true}]}
            store: {lake: {location: 's3://analytics/flights', catalog: {glue: {}}}}
            """,
            DataPipelineSpec.class));
    assertThat(freshness(slower)).isEqualTo(60);
  }

  private double freshness(DataPipeline pipeline) {
    gauges.set(pipeline, DataPipelineStatus.empty());
    return metrics.forPipeline("ops", "flights").gauge(PipelineMetric.SLO_FRESHNESS).get();
  }

  @Test
  void showsHowManyProcessesShouldRunAndHowManyAreReady() {
    var pipeline = pipeline();
    setLoad(pipeline, null, seen(null, null));
    assertThat(processes(PipelineMetric.PIPELINE_WANTED_PROCESSES, "api")).isZero();
    setLoad(pipeline, null, seen(pods(3, 1), pods(2, 0)));
    assertThat(processes(PipelineMetric.PIPELINE_WANTED_PROCESSES, "consumer")).isEqualTo(3);
    assertThat(processes(PipelineMetric.PIPELINE_READY_PROCESSES, "consumer")).isEqualTo(1);
    assertThat(processes(PipelineMetric.PIPELINE_WANTED_PROCESSES, "api")).isEqualTo(2);
    assertThat(processes(PipelineMetric.PIPELINE_READY_PROCESSES, "api")).isZero();
  }

  /** Its end may take a quarter of an hour, and longer with a finalizer of somebody else. */
  @Test
  void aPipelineThatIsDeletedIsNeitherReadyNorUnreadyAndItsProcessesCount() {
    var pipeline = pipeline();
    setLoad(pipeline, null, seen(pods(1, 1), pods(1, 1)));
    gauges.set(pipeline, consumers("True", "Running", NOON.toString()));
    gauges.setDeleting(PipelineNames.of(pipeline), pods(1, 0), pods(1, 1));
    assertThat(metrics.registry().scrape().stream())
        .filteredOn(
            family ->
                family
                    .getMetadata()
                    .getPrometheusName()
                    .equals(PipelineMetric.PIPELINE_READY.exposedName()))
        .allSatisfy(family -> assertThat(family.getDataPoints()).isEmpty());
    assertThat(processes(PipelineMetric.PIPELINE_WANTED_PROCESSES, "api")).isEqualTo(1);
    assertThat(processes(PipelineMetric.PIPELINE_READY_PROCESSES, "api")).isZero();
    gauges.setDeleting(PipelineNames.of(pipeline), null, null);
    assertThat(processes(PipelineMetric.PIPELINE_WANTED_PROCESSES, "api")).isZero();
    assertThat(
            metrics.forPipeline("ops", "flights").gauge(PipelineMetric.PIPELINE_PARTITIONS).get())
        .isZero();
  }

  @Test
  void nothingStaysOfAPipelineThatIsGone() {
    var pipeline = pipeline();
    setLoad(pipeline, null, seen(pods(1, 1), pods(1, 1)));
    gauges.set(pipeline, consumers("True", "Running", NOON.toString()));
    gauges.remove(PipelineNames.of(pipeline));
    assertThat(metrics.registry().scrape().stream())
        .allSatisfy(family -> assertThat(family.getDataPoints()).isEmpty());
  }

  private double processes(PipelineMetric metric, String component) {
    return metrics.forPipeline("ops", "flights").gauge(metric, component).get();
  }

  private static DeploymentState pods(int wanted, int ready) {
    return new DeploymentState(true, wanted, wanted, wanted, ready, ready, ready, null, null);
  }

  private static Observation seen(
      @Nullable DeploymentState consumer, @Nullable DeploymentState api) {
    return new Observation(
        new TopicState.Unanswered(null, false, null),
        List.of(),
        new AccessSecrets("", List.of(), List.of()),
        null,
        consumer,
        api,
        null,
        null);
  }

  private Instant stoppedSince(@Nullable DataPipelineStatus former) {
    return stoppedSince(pipeline(), former);
  }

  private Instant stoppedSince(DataPipeline pipeline, @Nullable DataPipelineStatus former) {
    setLoad(pipeline, former, seen(null, null));
    return Instant.ofEpochSecond(
        (long) metrics.forPipeline("ops", "flights").gauge(PipelineMetric.PIPELINE_STOPPED).get());
  }

  private void setLoad(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, Observation seen) {
    var facts =
        new Facts(
            "uid",
            null,
            null,
            null,
            null,
            null,
            Set.of(),
            null,
            null,
            new Facts.Replays(List.of(), null));
    gauges.setLoad(pipeline, former, PipelinePlan.of(pipeline, PLATFORM, facts), seen);
  }

  private static DataPipelineStatus consumers(String status, String reason, String since) {
    return Serialization.unmarshal(
        "conditions: [{type: ConsumerReady, status: \"%s\", reason: %s, lastTransitionTime: \"%s\"}]"
            .formatted(status, reason, since),
        DataPipelineStatus.class);
  }

  private static DataPipeline pipeline() {
    return pipeline("a");
  }

  private static DataPipeline pipeline(String uid) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops, uid: %s}
        spec:
          suspend: true
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
        """
            .formatted(uid),
        DataPipeline.class);
  }
}
