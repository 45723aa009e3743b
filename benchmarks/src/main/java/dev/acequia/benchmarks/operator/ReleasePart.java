package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;

/** A new image of the runtime over a fleet that is Ready. */
final class ReleasePart {
  private static final String BEFORE = "acequia-runtime:before";

  /** The platform's default of rollout.maxInFlight. */
  private static final int MAX_IN_FLIGHT = 10;

  private final BenchCluster cluster;
  private final PipelineFleet fleet;
  private final Findings findings;

  ReleasePart(BenchCluster cluster, PipelineFleet fleet, Findings findings) {
    this.cluster = cluster;
    this.fleet = fleet;
    this.findings = findings;
  }

  void show(int pipelines) throws Exception {
    try (var _ = cluster.startOperator(BEFORE)) {
      fleet.growTo(pipelines);
    }
    findings.say("the platform has a new image, and the operator is started again");
    try (var events = new RolloutEvents(cluster.client(), fleet, BenchCluster.RUNTIME)) {
      var began = System.nanoTime();
      try (var operator = cluster.startOperator(BenchCluster.RUNTIME)) {
        fleet.awaitAll(
            "Ready in the new version",
            pipeline ->
                PipelineFleet.isReady(pipeline)
                    && events.isServed(pipeline.getMetadata().getName())
                    && RolloutEvents.isAtRest(pipeline));
        var usage = operator.usage();
        var figures = new Figures();
        figures.put(Metric.TOOK_SECONDS, (System.nanoTime() - began) / 1e9);
        figures.put(Metric.MOST_IN_FLIGHT, events.mostInFlight());
        figures.put(Metric.CPU_SECONDS, usage.cpuSeconds());
        figures.put(Metric.PEAK_RSS_MIB, usage.peakRssMib());
        findings.add("release of %,d pipelines".formatted(pipelines), figures);
        findings.add(
            new Check(
                "release: pipelines whose objects were in flight at one time",
                1,
                MAX_IN_FLIGHT,
                events.mostInFlight()));
        findings.add(
            new Check(
                "release: pipelines whose statuses held a slot at one time",
                1,
                MAX_IN_FLIGHT,
                events.mostSlotsTaken()));
      }
    }
  }
}
