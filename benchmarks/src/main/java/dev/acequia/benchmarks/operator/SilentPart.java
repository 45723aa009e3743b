package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;

/**
 * From one moment on Kafka takes connections and never answers; from then on pipelines are
 * suspended, deleted and made at a steady pace.
 */
final class SilentPart {
  private static final double MAX_P99_MS = 5_000;

  /** The threads that may wait for Kafka. */
  private static final int MAX_THREADS = 2;

  private static final Duration BETWEEN_REQUESTS = Duration.ofMillis(500);
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final BenchCluster cluster;
  private final PipelineFleet fleet;
  private final Findings findings;
  private final Reactions suspended = new Reactions();
  private final Reactions deleted = new Reactions();
  private final Reactions told = new Reactions();

  SilentPart(BenchCluster cluster, PipelineFleet fleet, Findings findings) {
    this.cluster = cluster;
    this.fleet = fleet;
    this.findings = findings;
  }

  void show(int pipelines, int operations) throws Exception {
    try (var operator = cluster.startOperator(BenchCluster.RUNTIME);
        var _ = watchConsumers();
        var threads = new KafkaThreads(operator)) {
      fleet.growTo(pipelines);
      cluster.awaitNoWrites(SETTLED_AFTER);
      followPipelines();
      findings.say("Kafka falls silent");
      cluster.kafka().freeze();
      var before = operator.usage();
      operate(operations);
      Patience.until(
          "all %d suspensions, deletions and new pipelines have their effect, Kafka being silent"
              .formatted(3 * operations),
          LIMIT,
          () -> suspended.areAllSeen() && deleted.areAllSeen() && told.areAllSeen());
      var most = threads.most();
      var silence = new Figures();
      silence.put(Metric.THREADS_AT_KAFKA, most);
      silence.put(Metric.CPU_SECONDS, operator.usage().cpuSecondsSince(before));
      silence.put(Metric.PEAK_RSS_MIB, operator.usage().peakRssMib());
      findings.add("%,d pipelines, Kafka is silent".formatted(pipelines), silence);
      findings.add(new Check("silent: threads that wait for Kafka", 1, MAX_THREADS, most));
    } finally {
      cluster.kafka().wake();
    }
    report("suspended", suspended);
    report("deleted", deleted);
    report("first status", told);
  }

  private void operate(int operations) throws InterruptedException {
    for (var i = 0; i < operations; i++) {
      var paused = PipelineFleet.name(2 * i);
      suspended.ask(paused);
      fleet.suspend(paused);
      Thread.sleep(BETWEEN_REQUESTS);
      var ended = PipelineFleet.name(2 * i + 1);
      deleted.ask(ended);
      fleet.delete(ended);
      Thread.sleep(BETWEEN_REQUESTS);
      var made = "new-%d".formatted(i);
      told.ask(made);
      fleet.create(made);
      Thread.sleep(BETWEEN_REQUESTS);
    }
  }

  private void followPipelines() {
    fleet.onEnd(pipeline -> deleted.see(pipeline.getMetadata().getName()));
    var _ =
        fleet.onChange(
            pipeline -> {
              if (pipeline.getStatus() != null) {
                told.see(pipeline.getMetadata().getName());
              }
            });
  }

  /** A suspended pipeline has no consumers. */
  private SharedIndexInformer<Deployment> watchConsumers() {
    return cluster
        .client()
        .apps()
        .deployments()
        .inNamespace(BenchCluster.NAMESPACE)
        .withLabel(PipelineLabels.COMPONENT, "consumer")
        .inform(
            new ResourceEventHandler<>() {
              @Override
              public void onAdd(Deployment consumer) {}

              @Override
              public void onUpdate(Deployment before, Deployment now) {
                if (now.getSpec().getReplicas() == 0) {
                  suspended.see(PipelineLabels.pipeline(now));
                }
              }

              @Override
              public void onDelete(Deployment consumer, boolean finalStateUnknown) {}
            });
  }

  private void report(String what, Reactions reactions) {
    var figures = new Figures();
    figures.put(Metric.P50_MS, reactions.percentile(50));
    figures.put(Metric.P99_MS, reactions.percentile(99));
    findings.add("%s while Kafka is silent".formatted(what), figures);
    findings.add(
        Check.atMost(
            "silent: %s, p99 in ms".formatted(what), MAX_P99_MS, reactions.percentile(99)));
  }
}
