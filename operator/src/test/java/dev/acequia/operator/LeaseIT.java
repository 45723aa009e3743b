package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseIT {
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

  private PipelineOperator operator(String identity) {
    return PipelineOperator.create(
        cluster.newClient(),
        cluster.platform,
        new MetricSet(new PrometheusRegistry()),
        Optional.of(identity),
        Optional.of(namespace));
  }

  /** Half of the time that a lease holds. */
  private void awaitHolder(String identity) {
    await().atMost(Duration.ofSeconds(7)).until(() -> holder().equals(identity));
  }

  private String holder() {
    return Optional.ofNullable(
            cluster.client.leases().inNamespace(namespace).withName("acequia-operator").get())
        .map(lease -> lease.getSpec().getHolderIdentity())
        .orElse("");
  }
}
