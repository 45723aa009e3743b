package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseIT {
  /** Less than the 15 s that a lease holds. */
  private static final Duration LIMIT = Duration.ofSeconds(12);

  private final TestCluster cluster = TestCluster.get();
  private final String namespace = cluster.newNamespace();

  @Test
  void isGivenBackSoThatASuccessorNeedNotWait() {
    var first = operator("first");
    first.start();
    awaitHolder("first");
    var second = operator("second");
    second.start();
    assertThat(second.whyNotReady()).isEmpty();

    first.stop();
    awaitHolder("second");
    second.stop();
    assertThat(holder()).isEmpty();
  }

  /** An alert goes by it: a process that starts or stands by reconciles nothing. */
  @Test
  void theGaugeSaysWhoLeads() {
    var ofFirst = new MetricSet(new PrometheusRegistry());
    var first = operator("first", ofFirst);
    assertThat(leading(ofFirst)).isZero();
    first.start();
    await().atMost(LIMIT).until(() -> leading(ofFirst) == 1);
    var ofSecond = new MetricSet(new PrometheusRegistry());
    var second = operator("second", ofSecond);
    second.start();
    assertThat(second.whyNotReady()).isEmpty();
    assertThat(leading(ofSecond)).isZero();

    first.stop();
    await().atMost(LIMIT).until(() -> leading(ofSecond) == 1);
    second.stop();
  }

  @Test
  void whoNeedsNoLeaseLeadsFromTheStart() {
    try (var operator = cluster.startOperator()) {
      assertThat(leading(operator.metrics)).isEqualTo(1);
    }
  }

  private static double leading(MetricSet metrics) {
    return metrics.registry().scrape(PipelineMetric.OPERATOR_LEADING.exposedName()::equals).stream()
        .flatMap(family -> family.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  private PipelineOperator operator(String identity) {
    return operator(identity, new MetricSet(new PrometheusRegistry()));
  }

  private PipelineOperator operator(String identity, MetricSet metrics) {
    return PipelineOperator.create(
        cluster.newClient(),
        cluster.platform,
        KafkaLogin.none(),
        metrics,
        Optional.of(identity),
        Optional.of(namespace));
  }

  private void awaitHolder(String identity) {
    await().atMost(LIMIT).until(() -> holder().equals(identity));
  }

  private String holder() {
    return Optional.ofNullable(
            cluster.client.leases().inNamespace(namespace).withName("acequia-operator").get())
        .map(lease -> lease.getSpec().getHolderIdentity())
        .orElse("");
  }
}
