package dev.acequia.consumer.consume;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.stores.WriteResult;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The consumer's numbers. */
final class ConsumerMetrics {
  private final MetricSet.ForPipeline metrics;
  private final CounterDataPoint stored;
  private final CounterDataPoint duplicate;
  private final CounterDataPoint deadLetter;
  private final DistributionDataPoint write;
  private final DistributionDataPoint freshness;
  private final Set<Integer> lagging = new HashSet<>();

  ConsumerMetrics(MetricSet.ForPipeline metrics) {
    this.metrics = metrics;
    stored = metrics.counter(PipelineMetric.CONSUMER_RECORDS, "stored");
    duplicate = metrics.counter(PipelineMetric.CONSUMER_RECORDS, "duplicate");
    deadLetter = metrics.counter(PipelineMetric.CONSUMER_RECORDS, "dead_letter");
    write = metrics.histogram(PipelineMetric.STORE_WRITE);
    freshness = metrics.histogram(PipelineMetric.FRESHNESS);
  }

  void stored(Batch batch, WriteResult.Stored result, double seconds) {
    stored.inc(result.rows());
    duplicate.inc(result.duplicates());
    deadLetter.inc((double) result.rejected() + batch.bad().size());
    write.observe(seconds);
    var now = System.currentTimeMillis();
    batch.times().forEach(time -> freshness.observe(Math.max(0, now - time) / 1e3));
  }

  /** One partition's records that are yet to be stored. */
  record Lag(int partition, long records) {}

  /**
   * Sets the gauges of the assigned partitions. An unclaimed partition keeps its last known lag.
   *
   * @param standstillSeconds longest time without progress of a partition with lag
   */
  void partitions(Collection<PartitionState> assigned, List<Lag> lags, double standstillSeconds) {
    var now = assigned.stream().map(PartitionState::number).collect(Collectors.toSet());
    for (var partition : lagging) {
      if (!now.contains(partition)) {
        metrics.removeGauge(PipelineMetric.CONSUMER_LAG, Integer.toString(partition));
      }
    }
    lagging.retainAll(now);
    metrics.gauge(PipelineMetric.CONSUMER_PARTITIONS).set(now.size());
    metrics.gauge(PipelineMetric.CONSUMER_STANDSTILL).set(standstillSeconds);
    for (var lag : lags) {
      lagging.add(lag.partition());
      metrics
          .gauge(PipelineMetric.CONSUMER_LAG, Integer.toString(lag.partition()))
          .set(lag.records());
    }
  }
}
