package dev.acequia.benchmarks.serving;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.ProcessMeter;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.load.HttpLoad;
import dev.acequia.benchmarks.load.LoadPlan;
import java.io.IOException;

/** A server under a load, and what it and the servers behind it spend. */
public final class HttpSubject {
  private final Server server;
  private final ProcessMeter postgres;
  private final ProcessMeter kafka;

  public HttpSubject(Workplace workplace, Server server) {
    this.server = server;
    postgres = new ProcessMeter(workplace.postgres().pid());
    kafka = new ProcessMeter(workplace.kafka().pid());
  }

  /**
   * Runs a plan.
   *
   * @param recordsEach so many records are in a request, by which rates and shares are told
   */
  public Figures measure(LoadPlan plan, int recordsEach) throws IOException, InterruptedException {
    try (var load = HttpLoad.start(plan)) {
      load.awaitMeasuring();
      var before = server.process().usage();
      var postgresBefore = postgres.usage();
      var kafkaBefore = kafka.usage();
      var report = load.awaitReport();
      var after = server.process().usage();
      var millions = report.requests() * recordsEach / 1e6;
      var figures = new Figures();
      figures.put(Metric.PER_SECOND, report.perSecond() * recordsEach);
      figures.put(Metric.P50_MS, report.p50Ms());
      figures.put(Metric.P99_MS, report.p99Ms());
      figures.put(Metric.CPU_SECONDS_PER_MILLION, after.cpuSecondsSince(before) / millions);
      figures.put(Metric.PEAK_RSS_MIB, after.peakRssMib());
      figures.put(
          Metric.POSTGRES_CPU_SECONDS_PER_MILLION,
          postgres.usage().cpuSecondsSince(postgresBefore) / millions);
      figures.put(
          Metric.KAFKA_CPU_SECONDS_PER_MILLION,
          kafka.usage().cpuSecondsSince(kafkaBefore) / millions);
      figures.put(Metric.GENERATOR_CPU_SECONDS_PER_MILLION, report.cpuSeconds() / millions);
      return figures;
    }
  }
}
