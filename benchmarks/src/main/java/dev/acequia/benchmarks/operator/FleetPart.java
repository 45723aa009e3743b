package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The memory of a large fleet, and what it costs while nothing changes. */
final class FleetPart {
  private static final double MAX_RSS_MIB = 400;

  /** Without a write for so long the work is done; shorter where the idle time itself is. */
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(10);

  private final BenchCluster cluster;
  private final PipelineFleet fleet;
  private final Findings findings;

  FleetPart(BenchCluster cluster, PipelineFleet fleet, Findings findings) {
    this.cluster = cluster;
    this.fleet = fleet;
    this.findings = findings;
  }

  void show(int pipelines, Duration idle) throws Exception {
    var size = "%,d pipelines".formatted(pipelines);
    var still = idle.compareTo(SETTLED_AFTER) < 0 ? idle : SETTLED_AFTER;
    try (var operator = cluster.startOperator(BenchCluster.RUNTIME)) {
      var began = System.nanoTime();
      fleet.growTo(pipelines);
      cluster.awaitNoWrites(still);
      show(size + " made", operator, began);
    }
    // A new process reads everything at once.
    try (var operator = cluster.startOperator(BenchCluster.RUNTIME)) {
      var began = System.nanoTime();
      cluster.awaitNoWrites(still);
      show(size + " taken over", operator, began);
      countWrites(operator, idle);
    }
  }

  private void show(String mode, OperatorProcess operator, long began) throws Exception {
    var usage = operator.usage();
    var figures = new Figures();
    figures.put(Metric.TOOK_SECONDS, (System.nanoTime() - began) / 1e9);
    figures.put(Metric.CPU_SECONDS, usage.cpuSeconds());
    figures.put(Metric.PEAK_RSS_MIB, usage.peakRssMib());
    figures.put(Metric.LIVE_HEAP_MIB, operator.liveHeapMib());
    findings.add(mode, figures);
    findings.add(Check.atMost("fleet: peak RSS in MiB, " + mode, MAX_RSS_MIB, usage.peakRssMib()));
  }

  private void countWrites(OperatorProcess operator, Duration idle) throws Exception {
    findings.say("nothing happens for %s", idle);
    var before = operator.usage();
    var place = cluster.audit().end();
    TimeUnit.NANOSECONDS.sleep(idle.toNanos());
    var writes = cluster.audit().writesSince(place);
    writes.stream().limit(20).forEach(write -> findings.say("a write: %s", write));
    var figures = new Figures();
    figures.put(Metric.TOOK_SECONDS, idle.toMillis() / 1e3);
    figures.put(Metric.CPU_SECONDS, operator.usage().cpuSecondsSince(before));
    figures.put(Metric.PEAK_RSS_MIB, operator.usage().peakRssMib());
    figures.put(Metric.WRITES, writes.size());
    findings.add("idle", figures);
    findings.add(Check.atMost("fleet: writes while idle", 0, writes.size()));
  }
}
