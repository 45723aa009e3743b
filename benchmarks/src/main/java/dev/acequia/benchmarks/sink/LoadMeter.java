package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.ProcessMeter;
import dev.acequia.benchmarks.harness.ProcessUsage;
import dev.acequia.benchmarks.harness.Workplace;

/** What a load costs the servers, from when this is made. */
final class LoadMeter {
  private final ProcessMeter postgres;
  private final ProcessMeter kafka;
  private final ProcessUsage postgresBefore;
  private final ProcessUsage kafkaBefore;

  LoadMeter(Workplace workplace) {
    postgres = new ProcessMeter(workplace.postgres().pid());
    kafka = new ProcessMeter(workplace.kafka().pid());
    postgresBefore = postgres.usage();
    kafkaBefore = kafka.usage();
  }

  /** PostgreSQL's share alone, for what does not use the broker. */
  Figures postgresShare(long records) {
    var figures = new Figures();
    figures.put(
        Metric.POSTGRES_CPU_SECONDS_PER_MILLION,
        postgres.usage().cpuSecondsSince(postgresBefore) / records * 1e6);
    return figures;
  }

  /** Both servers' shares, and those of the loading process. */
  Figures shares(ProcessUsage loader, long records) {
    var figures = postgresShare(records);
    figures.put(
        Metric.KAFKA_CPU_SECONDS_PER_MILLION,
        kafka.usage().cpuSecondsSince(kafkaBefore) / records * 1e6);
    figures.put(Metric.CPU_SECONDS_PER_MILLION, loader.cpuSeconds() / records * 1e6);
    figures.put(Metric.PEAK_RSS_MIB, loader.peakRssMib());
    return figures;
  }
}
